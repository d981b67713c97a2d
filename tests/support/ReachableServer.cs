using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Support;

/// <summary>
/// A server that is reached in every way that a URL can say: IPv4, IPv6, a Unix socket and TLS, whose certificate
/// is for the name localhost. It has one database, with a blank in its name, whose owner's password needs
/// percent-encoding. The programs of this machine run it, and it goes with this process.
/// </summary>
public sealed class ReachableServer : IAsyncDisposable
{
    /// <summary>The owner's password as a URL writes it.</summary>
    public const string Password = "p%40ss%2Fw%3Ard%25%23%3F%26";

    private readonly string folder, program;

    private ReachableServer(string folder, string program, int port) => (this.folder, this.program, Port) = (folder, program, port);

    /// <summary>Its port, everywhere.</summary>
    public int Port { get; }

    /// <summary>The folder of its socket.</summary>
    public string Socket => Path.Combine(folder, "sock");

    /// <summary>The certificate of the authority that signed its own.</summary>
    public string Authority => Path.Combine(folder, "ca.pem");

    /// <summary>Starts one.</summary>
    /// <exception cref="NotRunException">This machine has no programs of PostgreSQL.</exception>
    public static async Task<ReachableServer> Start()
    {
        var binaries = await PostgresBinaries.Find();
        NotRunException.Unless(binaries is not null, "local_server", "let RLSCHAT_POSTGRES_BIN name PostgreSQL's programs");
        var folder = Directory.CreateTempSubdirectory("rlschat-reachable-").FullName;
        await Unprivileged.MakeFolder(folder);
        var server = new ReachableServer(folder, binaries!.Program("pg_ctl"), Ports.Free());
        var data = Path.Combine(folder, "data");
        await WriteCertificates(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "password"), "superuser");
        await File.WriteAllTextAsync(Path.Combine(folder, "conf"),
            $"""
            port = {server.Port}
            listen_addresses = '127.0.0.1,::1'
            unix_socket_directories = '{server.Socket}'
            fsync = off
            ssl = on
            ssl_cert_file = '{folder}/server.pem'
            ssl_key_file = '{folder}/server.key'

            """);
        // As root the files are ours, and the server's user may read its own alone.
        await Tool.Run(["/bin/sh", "-c", $"chmod 711 {folder} && chmod 644 {folder}/*.pem && chown --reference={folder} {folder}/*; chmod 600 {folder}/server.key"]);
        Check(await Unprivileged.Run("mkdir", server.Socket));
        Check(await Unprivileged.Run(
            binaries.Program("initdb"), "-D", data, "-U", "postgres", "--auth=scram-sha-256", $"--pwfile={folder}/password", "--encoding=UTF8",
            "--locale=C", "--no-sync"));
        Check(await Unprivileged.Run("/bin/sh", "-c",
            $"cat {folder}/conf >> {data}/postgresql.conf && sed -i '1i host all refused all reject' {data}/pg_hba.conf"));
        Check(await Unprivileged.Run(server.program, "start", "-w", "-D", data, "-l", Path.Combine(folder, "log")));
        await server.Run(
            $"create role owner login createrole createdb password '{Uri.UnescapeDataString(Password)}'",
            "create role asleep nologin password 'x'", "create role refused login password 'x'",
            "create role crowded login password 'x' connection limit 0", "create database \"my db\" owner owner",
            "create database closed owner owner", "revoke connect on database closed from public");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        return server;
    }

    /// <summary>Its owner's URL: <c>{port}</c>, <c>{socket}</c> and <c>{ca}</c> stand for what they are here.</summary>
    /// <param name="rest">What follows the user's part.</param>
    /// <param name="user">The user's part.</param>
    public string Url(string rest, string user = $"owner:{Password}") => $"postgresql://{user}@" + rest
        .Replace("{port}", $"{Port}", StringComparison.Ordinal)
        .Replace("{socket}", Socket, StringComparison.Ordinal)
        .Replace("{folder}", Uri.EscapeDataString(Socket), StringComparison.Ordinal)
        .Replace("{ca}", Authority, StringComparison.Ordinal);

    /// <summary>Stops it; its files go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(folder))
        {
            NpgsqlConnection.ClearAllPools();
            await Unprivileged.Run(program, "stop", "-D", Path.Combine(folder, "data"), "-m", "immediate");
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteCertificates(string folder)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest("CN=rlschat tests", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = authority.CreateSelfSigned(from, to);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, from, to, [1, 2, 3]);
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.pem"), root.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task Run(params string[] statements)
    {
        await using var connection = await Connections.Open(new NpgsqlConnectionStringBuilder
        {
            Host = $"{IPAddress.Loopback}",
            Port = Port,
            Username = "postgres",
            Password = "superuser",
            Database = "postgres",
        }.ConnectionString);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static void Check(Tool.Answer answer)
    {
        if (!answer.Succeeded)
        {
            throw new SetupException($"The server of this test does not start: {answer.Output}");
        }
    }
}
