using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Cluster;

/// <summary>Three nodes of Patroni and PostgreSQL with synchronous replication, one etcd, and PgBouncer before each node.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
    private static readonly List<PosixSignalRegistration> Ends = [];
    private readonly int _etcdPort = Forwarder.FreePort();
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal)
    {
        ["postgres"] = Secret(),
        ["rlschat_installer"] = Secret(),
        ["rlschat_api"] = Secret(),
        ["rlschat_auth"] = Secret(),
        ["rlschat_live"] = Secret(),
    };
    private Process? _etcd;

    public IReadOnlyList<Node> Nodes { get; private set; } = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("rlschat-cluster-").FullName;

    /// <summary>Starts everything.</summary>
    public static async Task<Servers> Start()
    {
        var servers = new Servers();
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT })
        {
            Ends.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _ = Task.Run(async () =>
                {
                    await servers.DisposeAsync();
                    Environment.Exit(1);
                });
            }));
        }

        try
        {
            await servers.Begin();
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>The URL of a login at all nodes: by PgBouncer or directly.</summary>
    public string Url(string login, bool pooled, Func<Node, bool>? which = null)
    {
        var hosts = string.Join(',', Nodes.Where(which ?? (_ => true)).Select(node => $"127.0.0.1:{(pooled ? node.PoolerPort : node.Port)}"));
        return $"postgresql://{login}:{_passwords[login]}@{hosts}/rlschat?sslmode=disable";
    }

    /// <summary>What Patroni's members say of each other; null when none answers.</summary>
    public async Task<IReadOnlyList<(string Name, string Role, string State)>?> Members()
    {
        foreach (var node in Nodes)
        {
            try
            {
                var cluster = await Http.GetFromJsonAsync<JsonNode>($"http://127.0.0.1:{node.RestPort}/cluster");
                return [.. cluster!["members"]!.AsArray().Select(member =>
                    ((string)member!["name"]!, (string)member["role"]!, (string?)member["state"] ?? ""))];
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // The next one.
            }
        }

        return null;
    }

    /// <summary>The primary, when it, a synchronous standby and another standby answer.</summary>
    public async Task<Node> Healthy()
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(250))
        {
            if (await Members() is { Count: 3 } members && members.All(member => member.State is "running" or "streaming")
                && members.Count(member => member.Role == "sync_standby") == 1
                && members.FirstOrDefault(member => member.Role == "leader").Name is { } leader)
            {
                var primary = Nodes.Single(node => node.Name == leader);
                if (await Replicates(primary))
                {
                    return primary;
                }
            }

            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(2))
            {
                throw Broken($"the cluster is not whole after two minutes: {string.Join("; ", await Members() ?? [])}");
            }
        }
    }

    /// <summary>Asks Patroni for another primary.</summary>
    public static Task SwitchOver(Node primary) => Tell(primary, HttpMethod.Post, "switchover", new { leader = primary.Name });

    /// <summary>Turns synchronous replication on or off.</summary>
    public async Task Synchronous(bool on)
    {
        await Tell(Nodes[0], HttpMethod.Patch, "config", new { synchronous_mode = on });
        await Task.Delay(5000);
    }

    /// <summary>A superuser's connection to a node.</summary>
    public async Task<NpgsqlConnection> Connect(Node node, string database = "rlschat", string login = "postgres")
    {
        var connection = new NpgsqlConnection(ConnectionString(node, database, login));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>What to throw when the cluster does not do its part: with the end of what each of its programs wrote.</summary>
    public SetupException Broken(string what)
    {
        var logs = Directory.EnumerateFiles(Folder, "*.log", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 });
        return new SetupException(string.Join('\n', logs.Order().Select(log => $"--- {Path.GetRelativePath(Folder, log)}\n{string.Join('\n', File.ReadLines(log).TakeLast(20))}")
            .Append($"{what}; above is the end of its logs, which KEEP=1 keeps in {Folder}")));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.Stop();
        }

        Nodes = [];
        _etcd?.Kill();
        NpgsqlConnection.ClearAllPools();
        if (Environment.GetEnvironmentVariable("KEEP") is null)
        {
            await Task.Delay(500);
            await Tool.Run(["rm", "-rf", Folder]);
        }
    }

    private async Task Begin()
    {
        var binaries = await PostgresBinaries.Find() ?? throw new SetupException("PostgreSQL is not here: apt-get install postgresql-15");
        // Patroni needs the folder of all of PostgreSQL's programs, not one of links to some.
        var file = new FileInfo(binaries.Program("postgres"));
        var postgres = Path.GetDirectoryName((file.ResolveLinkTarget(returnFinalTarget: true) ?? file).FullName)!;
        string[] programs = [Path.Combine(postgres, "pg_controldata"), "/usr/bin/etcd", "/usr/bin/patroni", "/usr/sbin/pgbouncer"];
        if (programs.FirstOrDefault(program => !File.Exists(program)) is { } missing)
        {
            throw new SetupException($"{missing} is not here: apt-get install postgresql-15 patroni etcd-server pgbouncer");
        }

        await Unprivileged.MakeFolder(Folder);
        var peers = $"http://127.0.0.1:{Forwarder.FreePort()}";
        var etcd = Unprivileged.Command(
            "/usr/bin/etcd", "--data-dir", Path.Combine(Folder, "etcd"), "--listen-client-urls", $"http://127.0.0.1:{_etcdPort}",
            "--advertise-client-urls", $"http://127.0.0.1:{_etcdPort}", "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", $"default={peers}", "--unsafe-no-fsync");
        _etcd = Process.Start("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", Path.Combine(Folder, "etcd.log"), .. etcd]);
        var logins = _passwords.Where(login => login.Key is "rlschat_api" or "rlschat_auth").ToDictionary();
        Nodes = [.. await Task.WhenAll("abc".Select(name =>
            Node.Make(Folder, $"{name}", _etcdPort, postgres, _passwords["postgres"], logins)))];
        foreach (var node in Nodes)
        {
            node.Start(withPooler: true);
        }

        await Healthy();
    }

    /// <summary>Makes the database.</summary>
    public async Task Migrate()
    {
        var primary = await Healthy();
        await using (var connection = await Connect(primary, "postgres"))
        {
            await Run(connection, $"create role rlschat_installer login createrole createdb password '{_passwords["rlschat_installer"]}'");
            await Run(connection, "create database rlschat owner rlschat_installer");
        }

        await Migrator.Run(ConnectionString(primary, "rlschat", "rlschat_installer"), new MigrationOptions
        {
            ApiPassword = _passwords["rlschat_api"],
            AuthPassword = _passwords["rlschat_auth"],
            LivePassword = _passwords["rlschat_live"],
        });
        await using var superuser = await Connect(primary);
        // Of these the drill writes more than a person may.
        await Run(superuser, "delete from app_private.setting where name = 'messages_per_hour'");
    }

    private async Task<bool> Replicates(Node primary)
    {
        try
        {
            await using var connection = await Connect(primary, "postgres");
            await using var command = new NpgsqlCommand(
                "select count(*) = 2 and count(*) filter (where sync_state = 'sync') = 1 from pg_stat_replication where state = 'streaming'", connection);
            return (bool)(await command.ExecuteScalarAsync())!;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task Tell(Node node, HttpMethod method, string what, object body)
    {
        using var slow = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };
        // With its length, which Patroni requires.
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{node.RestPort}/{what}") { Content = new StringContent(JsonSerializer.Serialize(body)) };
        using var answer = await slow.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{what}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private string ConnectionString(Node node, string database, string login) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = node.Port,
        Database = database,
        Username = login,
        Password = _passwords[login],
        Pooling = false,
        Timeout = 3,
    }.ConnectionString;

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Secret() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
