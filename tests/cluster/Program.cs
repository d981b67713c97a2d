using System.Globalization;

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
        string[] programs = ["/usr/bin/etcd", "/usr/bin/patroni", "/usr/sbin/pgbouncer"];
        if (programs.FirstOrDefault(program => !File.Exists(program)) is { } missing)
        {
            await Console.Error.WriteLineAsync($"{missing} is not here: apt-get install patroni etcd-server pgbouncer");
            return 2;
        }

        var only = Environment.GetEnvironmentVariable("ONLY") is { Length: > 0 } name ? name : "drill";
        Say("starting etcd, three nodes of Patroni and PostgreSQL, and PgBouncer before each");
        await using var servers = await Servers.Start();
        await using var api = await Api.Start(servers, read: _ => true);
        switch (only)
        {
            case "drill":
                // A short form of both, where a number of pairs is given.
                return (Number("PAIRS", 0) is var few and > 0 && !await Pairs.Check(api, few)) | !await new Drill(servers, api).Run(Number("ROUNDS", 20)) ? 1 : 0;
            case "pairs":
                var holds = await Pairs.Check(api, Number("PAIRS", 100_000));
                await api.DisposeAsync();
                await Pairs.Rates(servers);
                return holds ? 0 : 1;
            default:
                await Console.Error.WriteLineAsync("ONLY is drill or pairs.");
                return 2;
        }
    }

    private static int Number(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;
}
