using Npgsql;

namespace RlsChat.Tests.Rls.Stage;

/// <summary>A test class whose every test is one <see cref="Stage.Play"/>, rolled back at its end.</summary>
[Collection(TheSameTheatre.Name)]
public abstract class Drama(Theatre theatre) : IAsyncLifetime
{
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private Play? play;

    /// <summary>The test's transaction.</summary>
    protected internal Play Play => play ?? throw new InvalidOperationException("the play has not begun");

    /// <summary>The database and its cast.</summary>
    protected Theatre Theatre { get; } = theatre;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        connection = await Theatre.Players.OpenConnectionAsync();
        transaction = await connection.BeginTransactionAsync();
        play = new Play(connection, Theatre.World);
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
