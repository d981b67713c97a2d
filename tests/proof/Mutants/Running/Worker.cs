using System.Text.Json;
using Npgsql;
using RlsChat.Tests.Mutants.Catalogue;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>What a worker says first: what it runs on, and every mutant there is.</summary>
internal sealed record Hello(string Server, IReadOnlyList<Mutant> Mutants);

/// <summary>What a worker is asked: these mutants, together in one database; which test killed them before; whether by the nearest tests alone.</summary>
internal sealed record Request(IReadOnlyList<string> Ids, string? Hint, bool IsNearOnly);

/// <summary>
/// A process with a server of its own, which tries one mutant after the other: a line of JSON in, a line out.
/// </summary>
internal static class Worker
{
    public static async Task<int> Run()
    {
        var (input, output) = (Console.In, Console.Out);
        // Tests may write to the console; here it is the line to the coordinator.
        Console.SetOut(TextWriter.Null);
        using var suite = new Suite();
        var server = await TestServer.Shared;
        await using var original = await WorldDatabase.Build();
        var (mutants, order) = await Read(original, suite);
        NpgsqlConnection.ClearAllPools();
        var byId = mutants.ToDictionary(m => m.Id);
        var trial = new Trial(suite, order.For, order.Near, original);
        await output.WriteLineAsync(JsonSerializer.Serialize(new Hello(server.Description, mutants)));
        while (await input.ReadLineAsync() is { Length: > 0 } line)
        {
            var asked = JsonSerializer.Deserialize<Request>(line)!;
            var verdict = await trial.Of(Together([.. asked.Ids.Select(id => byId[id])]), asked.Hint, asked.IsNearOnly);
            await output.WriteLineAsync(JsonSerializer.Serialize(verdict));
        }

        return 0;
    }

    /// <summary>The mutants of a database and the order of tests for each.</summary>
    public static async Task<(IReadOnlyList<Mutant> Mutants, Order Order)> Read(WorldDatabase target, Suite suite)
    {
        var settings = new NpgsqlConnectionStringBuilder(target.Database.SuperuserConnectionString
            ?? throw new InvalidOperationException("mutants need a server with a superuser"))
        { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        // Names are printed with their schema.
        await using var path = new NpgsqlCommand("set search_path = ''", connection);
        await path.ExecuteNonQueryAsync();
        var installed = new Installed(connection);
        return (installed.Mutants(), new Order(installed, suite.Classes));
    }

    private static Mutant Together(IReadOnlyList<Mutant> mutants) => mutants is [var one]
        ? one
        : new Mutant(string.Join('\n', mutants.Select(m => m.Id)), "several", mutants[0].About, "",
            [.. mutants.SelectMany(m => m.Apply)])
        { Undo = [.. mutants.SelectMany(m => m.Undo)] };
}
