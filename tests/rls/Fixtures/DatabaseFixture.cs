using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// The database of a collection of tests: one for all test classes that roll back (<see cref="SharedDatabase"/>),
/// another for those that commit (<see cref="CommittingTests"/>).
/// </summary>
public sealed class DatabaseFixture : IAsyncLifetime
{
    private WorldDatabase? worldDatabase;
    private bool isProvided;

    /// <summary>
    /// Gives every fixture of this process a database that exists already, instead of each building its own:
    /// tests/proof/Mutants sets it, which runs the same tests in many databases.
    /// </summary>
    public static Func<Task<WorldDatabase>>? Provider { get; set; }

    /// <summary>The database, for tests that need connections of their own.</summary>
    public TestDatabase Database => Current.Database;

    /// <summary>Its people, organizations and roles.</summary>
    public World World => Current.World;

    /// <summary>Connections of a login that is believed when it says who it is, and is nobody otherwise.</summary>
    public NpgsqlDataSource DataSource => Current.DataSource;

    private WorldDatabase Current => worldDatabase ?? throw new InvalidOperationException("the fixture is not initialized");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        isProvided = Provider is not null;
        worldDatabase = await (Provider?.Invoke() ?? WorldDatabase.Build());
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Cells.Report();
        if (worldDatabase is not null && !isProvided)
        {
            await worldDatabase.DisposeAsync();
        }
    }
}

/// <summary>Test classes of this collection share one database and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedDatabase : ICollectionFixture<DatabaseFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "shared database";
}

/// <summary>Test classes of this collection commit: they share a database of their own, and each makes its own people.</summary>
[CollectionDefinition(Name)]
public sealed class CommittingTests : ICollectionFixture<DatabaseFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "committing tests";
}
