using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Support;

/// <summary>
/// A PgBouncer of its own on a free port of loopback, in transaction mode, in front of a test database. It runs
/// as the user that the server's programs run as, and ends with this process.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    // Debian puts it where only root's PATH looks.
    private static readonly string? Program = Tool.Find("pgbouncer")
        ?? new[] { "/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer" }.FirstOrDefault(File.Exists);

    private readonly string folder;
    private readonly Process process;

    private PgBouncer(string folder, Process process, int port) => (this.folder, this.process, Port) = (folder, process, port);

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts one.</summary>
    /// <param name="database">The database behind it; the logins of the API and the owner may go through.</param>
    /// <param name="size">How many connections to the server it keeps for a login.</param>
    /// <param name="more">More lines of its section [pgbouncer].</param>
    /// <exception cref="NotRunException">This machine has none.</exception>
    /// <exception cref="SetupException">It does not start; says why.</exception>
    public static async Task<PgBouncer> Start(TestDatabase database, int size = 2, params string[] more)
    {
        NotRunException.Unless(Program is not null, "pgbouncer", "apt-get install pgbouncer");
        var folder = Directory.CreateTempSubdirectory("rlschat-pgbouncer-").FullName;
        await Unprivileged.MakeFolder(folder);
        var (file, port, server) = (Path.Combine(folder, "pgbouncer.ini"), Ports.Free(), new NpgsqlConnectionStringBuilder(database.ApiConnectionString));
        var owner = new NpgsqlConnectionStringBuilder(database.OwnerConnectionString);
        await File.WriteAllTextAsync(Path.Combine(folder, "userlist.txt"),
            $"""
            "rlschat_api" "{database.ApiPassword}"
            "rlschat_auth" "{database.AuthPassword}"
            "rlschat_live" "{database.LivePassword}"
            "{owner.Username}" "{owner.Password}"

            """);
        await File.WriteAllTextAsync(file,
            $"""
            [databases]
            {database.Name} = host={server.Host} port={server.Port}

            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = {folder}/userlist.txt
            {(more.Any(line => line.StartsWith("pool_mode", StringComparison.Ordinal)) ? "" : "pool_mode = transaction")}
            default_pool_size = {size}
            max_client_conn = 200
            server_login_retry = 1
            {string.Join('\n', more)}

            """);
        // Whatever the umask is.
        await Tool.Run(["chmod", "-R", "a+rX", folder]);
        var bouncer = new PgBouncer(folder, Run(file), port);
        await bouncer.UntilItListens();
        return bouncer;
    }

    /// <summary>What it has said, line by line.</summary>
    public Task<string[]> Log() => File.ReadAllLinesAsync($"{folder}/pgbouncer.ini.log");

    /// <summary>Ends it; its files go.</summary>
    public async ValueTask DisposeAsync()
    {
        // The shell that started it ends it when its input ends.
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static Process Run(string file)
    {
        var command = string.Join(' ', Unprivileged.Command(Program!, file));
        // As its service is: one that ends is started again.
        var service = $"trap 'kill $p; exit' TERM; while :; do {command} >>{file}.log 2>&1 </dev/null & p=$!; wait $p; sleep 0.1; done";
        return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"({service}) & read -r _; kill $!; wait $!"])
        {
            RedirectStandardInput = true,
        })!;
    }

    private async Task UntilItListens()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", Port);
                return;
            }
            catch (SocketException e)
            {
                if (attempt == 100)
                {
                    var log = await Log();
                    await DisposeAsync();
                    throw new SetupException($"pgbouncer does not listen: {string.Join('\n', log)}", e);
                }

                await Task.Delay(50);
            }
        }
    }
}
