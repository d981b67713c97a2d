using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>A migrated database with the people of the tests in it, and connections of a login that acts as them.</summary>
public sealed class WorldDatabase : IAsyncDisposable
{
    private const string Login = "rlschat_test_actor";

    // The login is the server's, not a database's: every database of this process means the same one.
    private static readonly string Password =
        Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    private static readonly SemaphoreSlim OneAtATime = new(1);

    private WorldDatabase(TestDatabase database, World world)
    {
        (Database, World) = (database, world);
        DataSource = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { Username = Login, Password = Password }.ConnectionString);
    }

    /// <summary>The database.</summary>
    public TestDatabase Database { get; }

    /// <summary>Its people, organizations and roles.</summary>
    public World World { get; }

    /// <summary>Connections of a login that is believed when it says who it is, and is nobody otherwise.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>A new one on the server of this process.</summary>
    public static async Task<WorldDatabase> Build()
    {
        var server = await TestServer.Shared;
        var database = await server.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        var world = await World.Create(owner);
        await using (var connection = await owner.OpenConnectionAsync())
        {
            Figures.Say("postgres", connection.PostgreSqlVersion.ToString());
            Figures.Say("server.version", $"{connection.PostgreSqlVersion}: {server.Description}");
        }

        if (Environment.GetEnvironmentVariable("RLSCHAT_TEST_PORTABLE") is { Length: > 0 })
        {
            await using var connection = await owner.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            Figures.Add("portable.policies", await Portable.Apply(new Db(connection, world)));
            await transaction.CommitAsync();
        }

        await MakeLogin(owner);
        return new WorldDatabase(database, world);
    }

    /// <summary>Another with the same people, made in a fraction of a second while nobody is connected to this one.</summary>
    public async Task<WorldDatabase> Copy() => new(await (await TestServer.Shared).Copy(Database), World);

    /// <summary>Drops the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static async Task MakeLogin(NpgsqlDataSource owner)
    {
        await OneAtATime.WaitAsync();
        try
        {
            await using var connection = await owner.OpenConnectionAsync();
            await using var create = new NpgsqlCommand(
                $"""
                do $$
                begin
                  if not exists (select from pg_roles where rolname = '{Login}') then
                    create role {Login} login noinherit;
                  end if;
                  alter role {Login} password '{Password}';
                  grant identity_setter, anonymous, regular_user, monitor, rlschat_backup, rlschat_purge,
                    rlschat_test_functions, rlschat_owner,
                    builtin_definer, chat_definer, credit_definer, identity_definer, live_definer,
                    membership_definer, record_definer, sign_in_definer,
                    rlschat_auth, rlschat_live to {Login};
                end
                $$
                """,
                connection);
            await create.ExecuteNonQueryAsync();
        }
        finally
        {
            OneAtATime.Release();
        }
    }
}
