using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Support;

/// <summary>A PostgreSQL server for tests, in a cluster of its own, with a migrated template to copy databases from.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly Lazy<Task<TestServer>> OfThisProcess = new(StartShared);

    private readonly ServerAccess access;
    private readonly Lazy<Task<string>> template;
    private int count;

    private TestServer(ServerAccess access)
    {
        this.access = access;
        template = new Lazy<Task<string>>(MakeTemplate);
    }

    /// <summary>The server of this test process: started when first asked for, stopped when the process ends.</summary>
    public static Task<TestServer> Shared => OfThisProcess.Value;

    /// <summary>What it runs on.</summary>
    public string Description => access.Description;

    /// <summary>False on a server that was given without a superuser: what only one can try is then not tried.</summary>
    public bool HasSuperuser => access.Superuser is not null;

    /// <summary>Starts a server for one test that needs a cluster of its own.</summary>
    public static async Task<TestServer> Start() => new(await ServerSearch.Find());

    /// <summary>A migrated database of its own: a copy of the template, made in a fraction of a second.</summary>
    public async Task<TestDatabase> CreateDatabase() => await CopyOf(await template.Value);

    /// <summary>A copy of a database of this server that nobody is connected to.</summary>
    public Task<TestDatabase> Copy(TestDatabase source) => CopyOf(source.Name);

    /// <summary>A database that was never migrated, owned by the login that installs.</summary>
    public async Task<TestDatabase> CreateEmptyDatabase()
    {
        var database = NewDatabase();
        await using var connection = await ConnectAsOwner("postgres");
        await using var create = new NpgsqlCommand($"create database {database.Name}", connection);
        await create.ExecuteNonQueryAsync();
        return database;
    }

    /// <summary>Gives the server back; one that was started here stops and its files go.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (template.IsValueCreated && template.Value.IsCompletedSuccessfully)
        {
            await Drop(await template.Value);
        }

        await access.Dispose();
    }

    internal async Task Drop(string database)
    {
        await using var connection = await ConnectAsOwner("postgres", access.Superuser);
        await using var drop = new NpgsqlCommand($"drop database if exists {database} with (force)", connection);
        await drop.ExecuteNonQueryAsync();
    }

    private static async Task<TestServer> StartShared()
    {
        var server = await Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        return server;
    }

    private async Task<TestDatabase> CopyOf(string source)
    {
        var database = NewDatabase();
        await using var connection = await ConnectAsOwner("postgres");
        await Copy(connection, source, database.Name);
        await DatabaseGrants.Copy(connection, source, database.Name);
        return database;
    }

    private TestDatabase NewDatabase()
    {
        var name = $"rlschat_test_{Environment.ProcessId}_{Interlocked.Increment(ref count)}";
        return new TestDatabase(this, name, access);
    }

    private async Task<string> MakeTemplate()
    {
        var database = await CreateEmptyDatabase();
        await Migrator.Run(database.OwnerConnectionString, new MigrationOptions
        {
            ApiPassword = access.ApiPassword,
            AuthPassword = access.AuthPassword,
            LivePassword = access.LivePassword,
            ExplainPassword = access.ExplainPassword,
        });
        await MakeFunctionsRole(database);
        if (database.SuperuserConnectionString is { } superuser)
        {
            await EmbeddedServer.Tighten(superuser);
        }

        NpgsqlConnection.ClearAllPools();
        return database.Name;
    }

    /// <summary>
    /// A role for tests, with the rights of all roles that own functions: what only functions may do, a test may then
    /// do by itself, to set something up.
    /// </summary>
    private static async Task MakeFunctionsRole(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var make = new NpgsqlCommand(
            """
            do $$
            begin
              if not exists (select from pg_roles where rolname = 'rlschat_test_functions') then
                create role rlschat_test_functions nologin inherit;
              end if;
              grant builtin_definer, chat_definer, credit_definer, identity_definer, live_definer, membership_definer,
                record_definer, sign_in_definer to rlschat_test_functions;
              grant rlschat_test_functions to current_user;
            end
            $$
            """,
            connection);
        await make.ExecuteNonQueryAsync();
    }

    private async Task<NpgsqlConnection> ConnectAsOwner(string database, NpgsqlConnectionStringBuilder? instead = null)
    {
        var settings = new NpgsqlConnectionStringBuilder((instead ?? access.Owner).ConnectionString)
        {
            Database = database,
            Pooling = false,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    // A backend that has just left the template may still be there for a moment.
    private static async Task Copy(NpgsqlConnection connection, string source, string target)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var create = new NpgsqlCommand($"create database {target} template {source}", connection);
                await create.ExecuteNonQueryAsync();
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse && attempt < 50)
            {
                await Task.Delay(100);
            }
        }
    }
}
