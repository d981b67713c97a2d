using System.Net;
using System.Net.Sockets;
using Npgsql;
using RlsChat.Database;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Installing;

/// <summary>A URL does the same in every command, in the programs that they start too; and what fails says what to do next.</summary>
public sealed class ConnectionTests(ConnectionTests.Server server) : IClassFixture<ConnectionTests.Server>
{
    /// <summary>One server for all of them, with a migrated database.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal ReachableServer It { get; private set; } = null!;

        /// <summary>Whether its version has a known hole, so that a check of it has one finding.</summary>
        internal bool HasHole { get; private set; }

        public async Task InitializeAsync()
        {
            It = await ReachableServer.Start();
            await using var connection = new NpgsqlConnection(PostgresUrl.Parse(It.Url("127.0.0.1:{port}/my%20db"), "POSTGRES_URL").ConnectionString);
            await connection.OpenAsync();
            HasHole = ServerVersion.Check(connection).Any();
            await Migrator.Run(
                PostgresUrl.Parse(It.Url("127.0.0.1:{port}/my%20db"), "POSTGRES_URL").ConnectionString,
                new MigrationOptions { ApiPassword = "a", AuthPassword = "b", LivePassword = "c" });
        }

        public async Task DisposeAsync() => await (It?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Theory]
    [InlineData("127.0.0.1:{port}/my%20db", "127.0.0.1:{port}")]
    [InlineData("/my%20db?host={socket}&port={port}", "socket {socket}/.s.PGSQL.{port}")]
    [InlineData("{folder}:{port}/my%20db?sslmode=require", "socket {socket}/.s.PGSQL.{port}")]
    [InlineData("127.0.0.1:{port}/my%20db?target_session_attrs=read-write", "127.0.0.1:{port}")]
    [InlineData("127.0.0.1:{port}/my%20db?target_session_attrs=prefer-standby", "127.0.0.1:{port}")]
    [InlineData("127.0.0.1:1,localhost:{port}/my%20db", "127.0.0.1:1, localhost:{port}")]
    [InlineData("127.0.0.1:1,127.0.0.1:{port}/my%20db?target_session_attrs=primary&load_balance_hosts=random", "127.0.0.1:1, 127.0.0.1:{port}")]
    [InlineData("127.0.0.1:1,{folder}:{port}/my%20db?target_session_attrs=read-write", "127.0.0.1:1, socket {socket}/.s.PGSQL.{port}")]
    [InlineData("localhost:{port}/?dbname=my%20db&sslmode=verify-full&sslrootcert={ca}&channel_binding=require", "localhost:{port}")]
    [InlineData("localhost:{port}/my%20db?sslrootcert=system", "localhost:{port}")]
    [InlineData("127.0.0.1:{port}/my%20db?sslmode=disable&keepalives_idle=30&keepalives_interval=5&connect_timeout=9", "127.0.0.1:{port}")]
    [InlineData("127.0.0.1:{port}/my%20db?options=-c%20statement_timeout%3D77s&gssencmode=disable&client_encoding=UTF8", "127.0.0.1:{port}")]
    public async Task It_works_everywhere(string rest, string places)
    {
        var shown = places.Replace("{port}", $"{server.It.Port}", StringComparison.Ordinal).Replace("{socket}", server.It.Socket, StringComparison.Ordinal);

        var (exitCode, finding) = server.HasHole ? (1, "1 finding") : (0, "All is well");
        Assert.Contains($"{finding}: database my db on {shown}.", await Says(exitCode, rest, "check"), StringComparison.Ordinal);
        Assert.Contains("The key: invalid input syntax", await Says(1, rest, "why", "anonymous", "Chat", "none"), StringComparison.Ordinal);
        Assert.Matches($"anonymous.*{(rest.Contains("77s", StringComparison.Ordinal) ? "77s" : "0")}",
            await Says(0, rest, "psql", "anonymous", "-c", "select current_user, current_setting('statement_timeout')"));
    }

    [Fact]
    public async Task IPv6_in_brackets()
    {
        if (Socket.OSSupportsIPv6)
        {
            Assert.Contains($" on [::1]:{server.It.Port}.", await Says(server.HasHole ? 1 : 0, "[::1]:{port}/my%20db", "check"), StringComparison.Ordinal);
            Assert.Contains("anonymous", await Says(0, "127.0.0.1:1,[::1]:{port}/my%20db", "psql", "anonymous", "-c", "select current_user"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_backup_goes_to_the_host_that_answered()
    {
        NotRunException.UnlessPgDump();
        var file = Path.Combine(Path.GetTempPath(), $"rlschat-{Guid.NewGuid():N}.tar");
        try
        {
            await Says(0, "127.0.0.1:1,{folder}:{port}/my%20db?target_session_attrs=read-write&keepalives=1", "backup", "--file", file);
            Assert.True(File.Exists(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What is wrong, and the next step, in that order.</summary>
    [Theory]
    [InlineData(null, "127.0.0.1:1/my%20db", "nothing listens there (connection refused). Start the server, or correct host and port")]
    [InlineData(null, "127.0.0.1:1,127.0.0.1:2/my%20db", "on 127.0.0.1:1, 127.0.0.1:2 as owner: nothing listens there")]
    [InlineData(null, "no-such-host.invalid/my%20db", "the host's name is not known. Correct it")]
    [InlineData(null, "/my%20db?host=/nowhere", "on socket /nowhere/.s.PGSQL.5432 as owner: there is no such socket, or it may not be entered. Start the server")]
    [InlineData("owner:wrong", "127.0.0.1:{port}/my%20db", "(28P01). Correct the user and the password in the URL")]
    [InlineData("nobody:wrong", "127.0.0.1:{port}/my%20db", "(28P01). Correct the user and the password in the URL")]
    [InlineData("owner", "127.0.0.1:{port}/my%20db", "the server asks for a password, and there is none. Put it into the URL")]
    [InlineData("asleep:x", "127.0.0.1:{port}/my%20db", "(28000). Use a role that exists and may log in: alter role \"asleep\" login.")]
    [InlineData("refused:x", "127.0.0.1:{port}/my%20db", "(28000). The server's pg_hba.conf (at a host: its IP allowlist)")]
    [InlineData("crowded:x", "127.0.0.1:{port}/my%20db", "(53300). End connections that nobody needs, lower DATABASE_MAX_CONNECTIONS")]
    [InlineData("refused:x", "{folder}:{port}/closed", "(42501). grant connect on database \"closed\" to \"refused\".")]
    [InlineData(null, "127.0.0.1:{port}/none", "(3D000). Correct the name behind the / of the URL, or make it: create database \"none\".")]
    [InlineData(null, "localhost:{port}/my%20db?sslmode=verify-full", "the server's certificate is not trusted, or is another name's. sslrootcert=file.pem names")]
    [InlineData(null, "127.0.0.1:{port}/my%20db?sslmode=verify-full&sslrootcert={ca}", "or is another name's. sslrootcert=file.pem names the authority that signed it (the host of the database hands that file out); and connect by the name")]
    [InlineData(null, "127.0.0.1:{port}/my%20db?sslmode=disable&channel_binding=require", "cannot do what channel_binding asks for. Use TLS")]
    [InlineData(null, "127.0.0.1:{port}/my%20db?require_auth=md5", "another way of signing in than require_auth allows. Correct require_auth")]
    [InlineData(null, "127.0.0.1:{port}/my%20db?target_session_attrs=standby", "target_session_attrs is standby, and the server is a primary, read-write. Name a host")]
    [InlineData(null, "127.0.0.1:1,127.0.0.1:{port}/my%20db?target_session_attrs=read-only", "no host that answers is what target_session_attrs=read-only asks for.")]
    [InlineData(null, "127.0.0.1:{port}/my%20db?sslcert=/nowhere", "a file of the URL cannot be read")]
    [InlineData(null, "127.0.0.1:{port}/my%20db?hostaddr=127.0.0.1", "the option \"hostaddr\" is not supported; put the address into host.")]
    public async Task What_fails_says_what_to_do(string? user, string rest, string says)
    {
        foreach (var command in new[] { "check", "psql", "why", "migrate", "run" })
        {
            string[] arguments = command is "psql" or "why" ? [command, "anonymous", .. command is "why" ? new[] { "Chat", "none" } : []] : [command];
            // The API says it of its own login.
            if (command != "run" || rest.Contains("hostaddr", StringComparison.Ordinal))
            {
                Assert.Contains(says, await Says(1, rest, user, arguments), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_server_without_tls()
    {
        await using var database = await (await TestServer.Shared).CreateEmptyDatabase();
        var plain = new NpgsqlConnectionStringBuilder(database.OwnerConnectionString);

        var (exitCode, output) = await DatabaseCommand.Run(null, new Dictionary<string, string>
        {
            ["POSTGRES_URL"] = $"postgresql://{plain.Username}:{plain.Password}@{plain.Host}:{plain.Port}/{database.Name}?sslmode=require",
        }, "check");

        Assert.Equal(1, exitCode);
        Assert.Contains("the server offers no TLS, and sslmode asks for it. Turn on ssl at the server", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "what listens there is not PostgreSQL. Correct host and port")]
    [InlineData("?sslmode=disable", "what listens there closed the connection. Is it PostgreSQL")]
    public async Task Another_program_than_PostgreSQL(string options, string says)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answers = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().ReadExactlyAsync(new byte[8]);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            }
        });

        Assert.Contains(says, await Says(1, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/d{options}", "check"), StringComparison.Ordinal);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answers);
    }

    [Fact]
    public void An_address_that_cannot_be_listened_on()
    {
        var taken = new SocketException((int)SocketError.AddressAlreadyInUse);

        foreach (var error in new Exception[] { taken, new IOException("Failed to bind to address.", new InvalidOperationException("", taken)) })
        {
            Assert.EndsWith(". Correct HOST and PORT, or stop the program that already listens there.", Failure.Say(error), StringComparison.Ordinal);
        }
    }

    private Task<string> Says(int expected, string rest, params string[] arguments) => Says(expected, rest, null, arguments);

    /// <summary>What a command prints: never a stack trace, never a password.</summary>
    private async Task<string> Says(int expected, string rest, string? user, string[] arguments)
    {
        var (exitCode, output) = await DatabaseCommand.Run(null, new Dictionary<string, string>
        {
            ["POSTGRES_URL"] = user is null ? server.It.Url(rest) : server.It.Url(rest, user),
            ["RLSCHAT_API_PASSWORD"] = "a",
            ["RLSCHAT_AUTH_PASSWORD"] = "b",
            ["RLSCHAT_LIVE_PASSWORD"] = "c",
            // What sslrootcert=system means here.
            ["SSL_CERT_FILE"] = rest.Contains("system", StringComparison.Ordinal) ? server.It.Authority : "",
        }, arguments);
        Assert.True(exitCode == expected, $"{string.Join(' ', arguments)} ends with {exitCode}: {output}");
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        foreach (var secret in new[] { ReachableServer.Password, Uri.UnescapeDataString(ReachableServer.Password), "wrong@" })
        {
            Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
        }

        return output;
    }
}
