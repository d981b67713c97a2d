using System.Globalization;
using RlsChat.Database;

namespace RlsChat.Tests.Cluster;

/// <summary>make test-cluster: the drill, or ONLY=pairs.</summary>
internal static class Program
{
    private static readonly DateTime Began = DateTime.UtcNow;

    /// <summary>Progress, with the seconds since the start.</summary>
    public static void Say(string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(DateTime.UtcNow - Began).TotalSeconds,5:0} s  {text}"));

    private static async Task<int> Main()
    {
        AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);
        try
        {
            return await Run(Environment.GetEnvironmentVariable("ONLY") is { Length: > 0 } name ? name : "drill");
        }
        catch (SetupException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static async Task<int> Run(string only)
    {
        if (only is not ("drill" or "pairs"))
        {
            throw new SetupException("ONLY is drill or pairs.");
        }

        Say("starting etcd, three nodes of Patroni and PostgreSQL, and PgBouncer before each");
        await using var servers = await Start();
        if (servers is null)
        {
            return 0;
        }

        await servers.Migrate();
        await using var api = await Api.Start(servers, read: _ => true);
        if (only == "drill")
        {
            // A short form of both, where a number of pairs is given.
            return (Number("PAIRS", 0) is var few and > 0 && !await Pairs.Check(api, few)) | !await new Drill(servers, api).Run(Number("ROUNDS", 20)) ? 1 : 0;
        }

        var holds = await Pairs.Check(api, Number("PAIRS", 100_000));
        await api.DisposeAsync();
        await Pairs.Rates(servers);
        return holds ? 0 : 1;
    }

    /// <returns>Null where RLSCHAT_NOT_HERE lists "cluster", and none starts.</returns>
    private static async Task<Servers?> Start()
    {
        try
        {
            return await Servers.Start();
        }
        catch (SetupException e) when ((Environment.GetEnvironmentVariable("RLSCHAT_NOT_HERE") ?? "").Split(' ').Contains("cluster"))
        {
            Console.WriteLine($"{e.Message}\nNOT RUN: the cluster, which does not start here");
            return null;
        }
    }

    private static int Number(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;
}
