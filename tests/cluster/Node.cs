using System.Diagnostics;
using System.Globalization;
using RlsChat.Database;

namespace RlsChat.Tests.Cluster;

/// <summary>A machine of the cluster: Patroni, the PostgreSQL that it runs, and PgBouncer before that.</summary>
internal sealed class Node
{
    private readonly string _folder;
    private readonly List<Process> _processes = [];

    private Node(string folder, string name, Forwarder etcd) => (_folder, Name, Etcd) = (Path.Combine(folder, name), name, etcd);

    public string Name { get; }

    /// <summary>The ports of PostgreSQL, PgBouncer and Patroni's REST API.</summary>
    public int Port { get; } = Forwarder.FreePort();

    public int PoolerPort { get; } = Forwarder.FreePort();

    public int RestPort { get; } = Forwarder.FreePort();

    /// <summary>Its way to etcd.</summary>
    public Forwarder Etcd { get; }

    private string Data => Path.Combine(_folder, "data");

    public static async Task<Node> Make(string folder, string name, int etcdPort, string programs, string password, IReadOnlyDictionary<string, string> logins)
    {
        var node = new Node(folder, name, new Forwarder(etcdPort));
        await Unprivileged.MakeFolder(node._folder);
        await File.WriteAllTextAsync(Path.Combine(node._folder, "patroni.yml"), node.Patroni(programs, password));
        await File.WriteAllTextAsync(Path.Combine(node._folder, "pgbouncer.ini"), node.PgBouncer());
        await File.WriteAllLinesAsync(
            Path.Combine(node._folder, "userlist.txt"), logins.Select(login => $"\"{login.Key}\" \"{login.Value}\""));
        // Whatever the umask is; nobody else enters the folder around it.
        await Tool.Run(["chmod", "-R", "a+rX", node._folder]);
        return node;
    }

    /// <summary>Starts what does not run.</summary>
    public void Start(bool withPooler)
    {
        Run("exec", "patroni.log", "/usr/bin/patroni", Path.Combine(_folder, "patroni.yml"));
        if (withPooler)
        {
            // As its service is: one that ends is started again (docs/operating.md).
            Run("trap 'kill $p; exit' TERM; while :; do {0} & p=$!; wait $p; sleep 0.1; done", "pgbouncer.log", "/usr/sbin/pgbouncer", Path.Combine(_folder, "pgbouncer.ini"));
        }
    }

    /// <summary>Sends a signal to Patroni, PostgreSQL and its backends, not to PgBouncer.</summary>
    public async Task Signal(string name)
    {
        var patroni = Manager;
        await Tool.Run(["kill", $"-{name}", patroni.Id.ToString(CultureInfo.InvariantCulture), .. Server]);
        if (name == "KILL")
        {
            await patroni.WaitForExitAsync();
        }
    }

    /// <summary>
    /// Lets a stopped server go on, under a new Patroni. The old one may have been stopped between reading its lock and
    /// writing it again, and would take it from the new primary: in operation, the watchdog ends it (docs/operating.md).
    /// </summary>
    public async Task Resume()
    {
        var patroni = Manager;
        await Tool.Run(["kill", "-KILL", patroni.Id.ToString(CultureInfo.InvariantCulture)]);
        await patroni.WaitForExitAsync();
        await Tool.Run(["kill", "-CONT", .. Server]);
        Start(withPooler: false);
    }

    public async Task Stop()
    {
        if (_processes.Count > 0)
        {
            await Signal("CONT");
            await Signal("KILL");
        }

        foreach (var process in _processes.Where(process => !process.HasExited))
        {
            await Tool.Run(["kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        }

        Etcd.Dispose();
    }

    private Process Manager => _processes.FindLast(process => process.StartInfo.ArgumentList.Contains("/usr/bin/patroni"))!;

    /// <summary>The processes of PostgreSQL.</summary>
    private string[] Server
    {
        get
        {
            var postmaster = File.Exists(PidFile) ? File.ReadLines(PidFile).First().Trim() : "0";
            var backends = Directory.EnumerateDirectories("/proc").Where(process => IsChildOf(process, postmaster)).Select(Path.GetFileName);
            return postmaster == "0" ? [] : [postmaster, .. backends!];
        }
    }

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private static bool IsChildOf(string process, string parent)
    {
        try
        {
            // The fields behind the name, which may hold anything: state, parent.
            return File.ReadAllText(Path.Combine(process, "stat")).Split(") ")[^1].Split(' ')[1] == parent;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    private void Run(string how, string log, params string[] command)
    {
        const string run = "\"$@\" >>\"$0\" 2>&1 </dev/null";
        var shell = how == "exec" ? $"exec {run}" : how.Replace("{0}", run, StringComparison.Ordinal);
        _processes.Add(Process.Start(new ProcessStartInfo("/bin/sh", ["-c", shell, Path.Combine(_folder, log), .. Unprivileged.Command(command)]) { WorkingDirectory = "/" })!);
    }

    private string Patroni(string programs, string password) =>
        $"""
        scope: rlschat
        name: {Name}
        restapi:
          listen: 127.0.0.1:{RestPort}
          connect_address: 127.0.0.1:{RestPort}
        etcd3:
          hosts: 127.0.0.1:{Etcd.Port}
          use_proxies: true
        bootstrap:
          dcs:
            ttl: 10
            loop_wait: 1
            retry_timeout: 3
            master_start_timeout: 0
            synchronous_mode: true
            postgresql:
              use_pg_rewind: true
              parameters:
                max_connections: 100
                hot_standby_feedback: 'on'
          initdb: [encoding: UTF8, locale: C.UTF-8, auth-host: scram-sha-256]
        postgresql:
          listen: 127.0.0.1:{Port}
          connect_address: 127.0.0.1:{Port}
          data_dir: {Data}
          bin_dir: {programs}
          pgpass: {_folder}/pgpass
          remove_data_directory_on_rewind_failure: true
          remove_data_directory_on_diverged_timelines: true
          authentication:
            superuser:
              username: postgres
              password: {password}
            replication:
              username: replicator
              password: {password}
          # Or else it connects to "localhost", which is not a name on every machine.
          use_unix_socket: true
          use_unix_socket_repl: true
          parameters:
            unix_socket_directories: {_folder}
            shared_buffers: 64MB
          pg_hba:
          - local all all scram-sha-256
          - local replication replicator scram-sha-256
          - host all all 127.0.0.1/32 scram-sha-256
          - host replication replicator 127.0.0.1/32 scram-sha-256

        """;

    // As docs/operating.md has it.
    private string PgBouncer() =>
        $"""
        [databases]
        rlschat = host=127.0.0.1 port={Port}

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {PoolerPort}
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = {_folder}/userlist.txt
        pool_mode = transaction
        default_pool_size = 20
        max_client_conn = 300
        server_login_retry = 1
        query_wait_timeout = 10

        """;
}
