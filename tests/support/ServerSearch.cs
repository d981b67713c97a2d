using System.Security.Cryptography;
using System.Text;
using DotNet.Testcontainers.Configurations;
using Npgsql;
using RlsChat.Database;
using Testcontainers.PostgreSql;

namespace RlsChat.Tests.Support;

// Where tests find their server: RLSCHAT_TEST_POSTGRES_URL, else a container of the image that
// RLSCHAT_TEST_IMAGE names, or of the usual one when Docker answers, else a throw-away cluster from the
// PostgreSQL programs of this machine. Who names one gets that one or an error.
internal static class ServerSearch
{
    private const string Variable = "RLSCHAT_TEST_POSTGRES_URL";
    private const string ImageVariable = "RLSCHAT_TEST_IMAGE";

    public static async Task<ServerAccess> Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } url)
        {
            return await Given(PostgresUrl.Parse(url, Variable));
        }

        if (Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image)
        {
            return await EmbeddedServer.DockerAnswers()
                ? await Container(image)
                : throw new SetupException($"{ImageVariable} is {image}, and no Docker engine answers.");
        }

        return await UsualContainer() ?? await Programs();
    }

    private static async Task<ServerAccess> Given(NpgsqlConnectionStringBuilder login)
    {
        await using var connection = new NpgsqlConnection(login.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "select rolsuper, rolcreaterole and rolcreatedb from pg_catalog.pg_roles where rolname = current_user", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (isSuperuser, isEnough) = (reader.GetBoolean(0), reader.GetBoolean(1));
        await reader.CloseAsync();
        if (!isSuperuser && !isEnough)
        {
            throw new SetupException($"{Variable}: its login needs CREATEROLE and CREATEDB, or to be a superuser.");
        }

        var access = new ServerAccess(
            $"PostgreSQL {connection.PostgreSqlVersion} of {Variable}", login, isSuperuser ? login : null,
            Derived(login, "api"), Derived(login, "auth"), Derived(login, "live"), Derived(login, "explain"), () => ValueTask.CompletedTask);
        return isSuperuser ? await WithOwner(access, Derived(login, "installer")) : access;
    }

    private static async Task<ServerAccess?> UsualContainer()
    {
        // Programs that were chosen are not passed over for a container.
        if (Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_BIN") is { Length: > 0 } || !await EmbeddedServer.DockerAnswers())
        {
            return null;
        }

        const string image = "postgres:15-alpine";
        try
        {
            return await Container(image);
        }
        catch (Exception e) when (e is not SetupException)
        {
            Console.Error.WriteLine($"Docker answers but {image} does not start ({e.Message}): using this machine's PostgreSQL.");
            return null;
        }
    }

    private static async Task<ServerAccess> Container(string image)
    {
        // The reaper is one more image to fetch; the containers remove themselves.
        TestcontainersSettings.ResourceReaperEnabled = false;
        var container = new PostgreSqlBuilder(image)
            .WithCommand("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
            .WithAutoRemove(true)
            .Build();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await container.StartAsync(patience.Token);
        var login = new NpgsqlConnectionStringBuilder(container.GetConnectionString());
        return await WithOwner(
            new ServerAccess(
                $"{image} in a container", login, login,
                Derived(login, "api"), Derived(login, "auth"), Derived(login, "live"), Derived(login, "explain"), container.DisposeAsync),
            Derived(login, "installer"));
    }

    private static async Task<ServerAccess> Programs()
    {
        var server = await EmbeddedServer.StartThrowAway();
        return new ServerAccess(
            server.Description,
            new NpgsqlConnectionStringBuilder(server.OwnerConnectionString),
            new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString),
            server.Secrets.Api, server.Secrets.Auth, server.Secrets.Live, server.Secrets.Explain, server.DisposeAsync);
    }

    // The login that installs: no superuser, as hosts give it.
    private static async Task<ServerAccess> WithOwner(ServerAccess access, string password)
    {
        await using var connection = new NpgsqlConnection(access.Superuser!.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand(
            $"""
            do $$
            begin
              perform pg_advisory_xact_lock(20260101);
              if not exists (select from pg_roles where rolname = '{EmbeddedServer.OwnerLogin}') then
                create role {EmbeddedServer.OwnerLogin} login createrole createdb;
              end if;
              alter role {EmbeddedServer.OwnerLogin} password '{ScramVerifier.For(password)}';
            end
            $$
            """,
            connection);
        await create.ExecuteNonQueryAsync();
        return access with
        {
            Owner = new NpgsqlConnectionStringBuilder(access.Superuser!.ConnectionString)
            {
                Username = EmbeddedServer.OwnerLogin,
                Password = password,
            },
        };
    }

    // Two test runs on one server at once must agree on the passwords of the roles that they share.
    private static string Derived(NpgsqlConnectionStringBuilder login, string what) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{what} {login.Username} {login.Password}")))[..32];
}
