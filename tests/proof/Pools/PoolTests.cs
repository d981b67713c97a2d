using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Wire;
using RlsChat.Tests.Support;
using Xunit.Abstractions;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>
/// Sixteen people share two connections to the server, with and without a PgBouncer in transaction mode between,
/// and no person ever sees a row of another. RLSCHAT_POOL_REQUESTS says how many requests each way.
/// </summary>
public sealed partial class PoolTests(ITestOutputHelper output)
{
    private static readonly int Requests =
        int.TryParse(Environment.GetEnvironmentVariable("RLSCHAT_POOL_REQUESTS"), out var requests) ? requests : 10_000;

    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task No_person_sees_a_row_of_another(string way)
    {
        var results = await Run(way, Requests);
        output.WriteLine(results.Print(way));
        foreach (var wrong in results.Wrong)
        {
            output.WriteLine(wrong);
        }

        Assert.Empty(results.Wrong);
        Assert.Equal(Requests, results.Answered + results.Cancelled);
        // Enough of each, or it proves nothing.
        Assert.InRange(results.Of(200), Requests / 3, Requests);
        Assert.InRange(results.Of(503), 0, Requests / 10);
        Assert.InRange(results.Cancelled, Requests / 500, Requests / 10);
        Assert.InRange(results.Killed, Requests / 500, Requests);
        Assert.InRange(results.Probed, Requests / 1000, Requests);
    }

    // The control: an API that sets the identity for the session rather than for the transaction.
    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task An_identity_that_is_set_for_the_session_is_found(string way)
    {
        var results = await Run(way, 1000, sql => SetConfig().Replace(sql, "$1, false)"));
        Assert.Contains(results.Wrong, wrong => wrong.StartsWith("who says nothing is taken for", StringComparison.Ordinal));
    }

    // The control: an API that sets it once for a connection.
    [Theory]
    [InlineData("direct")]
    [InlineData("pgbouncer")]
    public async Task An_identity_that_is_set_once_a_connection_is_found(string way)
    {
        // Which people the few connections keep is chance: where all are of one organization, a list of its chats tells nothing.
        var wrong = new List<string>();
        for (var run = 0; run < 5 && !(Tells(" sees canary-") && Tells(" misses canary-")); run++)
        {
            wrong.AddRange((await Run(way, 1000, Once)).Wrong);
        }

        Assert.True(Tells(" sees canary-"));
        Assert.True(Tells(" misses canary-"));

        bool Tells(string what) => wrong.Exists(text => text.Contains(what, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(set_config\([^()]*), true\)")]
    private static partial Regex SetConfig();

    private static string Once(string sql)
    {
        // That of requests, which take one of these roles; the guard claims to be the canary without its session.
        if (!sql.Contains("set_config('role', 'regular_user', true)", StringComparison.Ordinal)
            && !sql.Contains("set_config('role', 'anonymous', true)", StringComparison.Ordinal))
        {
            return sql;
        }

        foreach (var (setting, parameter) in new[] { ("auth.uid", "$1"), ("auth.session", "$2") })
        {
            sql = sql.Replace($"set_config('{setting}', {parameter}, true)",
                $"coalesce(nullif(current_setting('{setting}', true), ''), set_config('{setting}', {parameter}, false))", StringComparison.Ordinal);
        }

        return sql;
    }

    private async Task<LoadResults> Run(string way, int requests, Func<string, string>? reword = null)
    {
        await using var database = await (await TestServer.Shared).CreateDatabase();
        await using var bouncer = way == "pgbouncer" ? await PgBouncer.Start(database, size: 2) : null;
        var server = new NpgsqlConnectionStringBuilder(database.ApiConnectionString);
        await using var careless = reword is null ? null
            : bouncer is null ? new CarelessProxy(server.Host!, server.Port, reword) : new CarelessProxy("127.0.0.1", bouncer.Port, reword);
        string[] throughProxy = careless is not null && bouncer is null
            ? [$"--POSTGRES_API_URL={ApiFixture.Url(database.ApiConnectionString, "127.0.0.1", careless.Port)}?sslmode=disable"]
            : [];
        // Either the API has two connections for people, or it has sixteen and PgBouncer has two.
        var log = new LogLines();
        await using var app = ApiFixture.Build(database, log, settings:
            [.. PoolerSettings.Through(bouncer, database, careless?.Port), .. throughProxy, $"--DATABASE_MAX_CONNECTIONS={(bouncer is null ? 9 : 36)}"]);
        await app.StartAsync();
        await using var well = ApiFixture.Build(database);
        await well.StartAsync();
        var clients = await Clients.Gather(well, database);
        await well.StopAsync();
        var results = await Load.Over(app, database, clients, requests, calm: careless is not null);
        foreach (var wrong in careless is not null ? [] : await clients.Misplaced())
        {
            results.Leak(wrong);
        }

        foreach (var error in log.All.Where(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal)).Take(5))
        {
            results.Report(error);
        }

        foreach (var line in bouncer is null ? [] : (await bouncer.Log()).Where(line => line.Contains(" FATAL ", StringComparison.Ordinal)))
        {
            output.WriteLine($"PgBouncer ended, and was started again: {line}");
        }

        if (bouncer is not null && results.Of(503) > requests / 10)
        {
            foreach (var line in (await bouncer.Log()).TakeLast(25))
            {
                results.Report(line);
            }
        }

        return results;
    }
}
