using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Stage;

/// <summary>
/// The database that the plays are given in: one for all test classes that roll back, with the cast in
/// it, and another for those that must commit (<see cref="TheWorkshop"/>).
/// </summary>
public sealed class Theatre : IAsyncLifetime
{
    private const string Login = "rlschat_test_player";

    // The login is the server's, not a database's: every theatre of this process means the same one.
    private static readonly string Password =
        Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    private static readonly SemaphoreSlim OneAtATime = new(1);

    private TestDatabase? database;
    private NpgsqlDataSource? players;

    /// <summary>The database, for tests that need connections of their own.</summary>
    public TestDatabase Database => database ?? throw new InvalidOperationException("the theatre is not open yet");

    /// <summary>Its people, organizations and roles.</summary>
    public World World { get; private set; } = new();

    /// <summary>Connections of a login that is believed when it says who it is, and is nobody otherwise.</summary>
    public NpgsqlDataSource Players => players ?? throw new InvalidOperationException("the theatre is not open yet");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var server = await TestServer.Shared;
        database = await server.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        World = await World.Create(owner);
        await using (var connection = await owner.OpenConnectionAsync())
        {
            Figures.Say("server.version", $"{connection.PostgreSqlVersion}: {server.Description}");
        }

        await MakeLogin(owner);
        players = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database.OwnerConnectionString) { Username = Login, Password = Password }.ConnectionString);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Cells.Report();
        if (players is not null)
        {
            await players.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    private static async Task MakeLogin(NpgsqlDataSource owner)
    {
        await OneAtATime.WaitAsync();
        try
        {
            await using var connection = await owner.OpenConnectionAsync();
            Figures.Say("postgres", connection.PostgreSqlVersion.ToString());
            await using var create = new NpgsqlCommand(
                $"""
                do $$
                begin
                  if not exists (select from pg_roles where rolname = '{Login}') then
                    create role {Login} login noinherit;
                  end if;
                  alter role {Login} password '{Password}';
                  grant identity_setter, anonymous, regular_user, monitor, rlschat_backup, rlschat_purge,
                    auth_definer, rlschat_owner,
                    rlschat_auth to {Login};
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

/// <summary>Test classes of this collection share the theatre and play one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class TheSameTheatre : ICollectionFixture<Theatre>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "theatre";
}

/// <summary>Test classes of this collection commit: they share a database of their own, and each makes its own people.</summary>
[CollectionDefinition(Name)]
public sealed class TheWorkshop : ICollectionFixture<Theatre>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "workshop";
}
