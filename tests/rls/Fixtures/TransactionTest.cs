using Npgsql;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>A test class whose every test is one <see cref="Fixtures.Db"/>, rolled back at its end.</summary>
[Collection(SharedDatabase.Name)]
public abstract class TransactionTest(DatabaseFixture fixture) : IAsyncLifetime
{
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private Db? db;

    /// <summary>The test's transaction.</summary>
    protected internal Db Db => db ?? throw new InvalidOperationException("the db has not begun");

    /// <summary>The database and its people.</summary>
    protected DatabaseFixture Fixture { get; } = fixture;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        connection = await Fixture.DataSource.OpenConnectionAsync();
        transaction = await connection.BeginTransactionAsync();
        db = new Db(connection, Fixture.World);
        await Prepare();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (transaction is not null)
        {
            await transaction.RollbackAsync();
            await transaction.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Makes the rows under test and remembers their names.</summary>
    protected virtual Task Prepare() => Task.CompletedTask;
}
