using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Stage;

/// <summary>
/// Where the plays are given: one venue for all test classes that roll back, another for those that
/// must commit (<see cref="TheWorkshop"/>).
/// </summary>
public sealed class Theatre : IAsyncLifetime
{
    private Venue? venue;
    private bool isRented;

    /// <summary>
    /// Lends every theatre of this process a venue that is there already, instead of each building its
    /// own: whoever gives the same plays in many databases (tests/mutants) sets it.
    /// </summary>
    public static Func<Task<Venue>>? Landlord { get; set; }

    /// <summary>The database, for tests that need connections of their own.</summary>
    public TestDatabase Database => Open.Database;

    /// <summary>Its people, organizations and roles.</summary>
    public World World => Open.World;

    /// <summary>Connections of a login that is believed when it says who it is, and is nobody otherwise.</summary>
    public NpgsqlDataSource Players => Open.Players;

    private Venue Open => venue ?? throw new InvalidOperationException("the theatre is not open yet");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        isRented = Landlord is not null;
        venue = await (Landlord?.Invoke() ?? Venue.Build());
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Cells.Report();
        if (venue is not null && !isRented)
        {
            await venue.DisposeAsync();
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
