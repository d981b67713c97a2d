using Npgsql;
using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>The databases of one mutant: one for the tests that roll back, another for those that commit.</summary>
internal sealed class Venues(Venue original, Mutant mutant) : IAsyncDisposable
{
    private Venue? rolledBack;
    private Venue? committing;
    private bool isDone;

    /// <summary>Why PostgreSQL refuses the mutant; null when it does not.</summary>
    public async Task<string?> Refusal()
    {
        try
        {
            await For(commits: false);
            return null;
        }
        catch (PostgresException e)
        {
            return $"{e.SqlState}: {e.MessageText}";
        }
    }

    /// <summary>The database for a class, made when it is first asked for.</summary>
    public async Task<Venue> For(bool commits)
    {
        if (!commits)
        {
            return rolledBack ??= await Made(v => rolledBack = v);
        }

        return committing ??= await Made(v => committing = v);
    }

    /// <summary>Takes back what is the server's, if it was done.</summary>
    public async Task Undo()
    {
        if (isDone && mutant.Undo.Count > 0)
        {
            // In no database: whoever is connected to the original keeps it from being copied.
            await Run(new NpgsqlConnectionStringBuilder(original.Database.SuperuserConnectionString) { Database = "postgres" }.ConnectionString, mutant.Undo);
        }

        isDone = false;
    }

    /// <summary>Does it again in the database that is there.</summary>
    public async Task Redo()
    {
        if (mutant.Undo.Count > 0 && (rolledBack ?? committing) is { } venue)
        {
            await Run(venue.Database.SuperuserConnectionString!, mutant.Apply);
            isDone = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var venue in new[] { rolledBack, committing }.OfType<Venue>())
        {
            await venue.DisposeAsync();
        }
    }

    private async Task<Venue> Made(Action<Venue> keep)
    {
        var venue = await original.Copy();
        keep(venue);
        await Run(venue.Database.SuperuserConnectionString
            ?? throw new InvalidOperationException("mutants need a server with a superuser"), mutant.Apply);
        isDone = true;
        return venue;
    }

    private static async Task Run(string connectionString, IReadOnlyList<string> statements)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }
}
