using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>The databases of one mutant: one for the tests that roll back, another for those that commit.</summary>
internal sealed class WorldDatabases(WorldDatabase original, Mutant mutant) : IAsyncDisposable
{
    private WorldDatabase? rolledBack;
    private WorldDatabase? committing;
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
    public async Task<WorldDatabase> For(bool commits)
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
        if (mutant.Undo.Count > 0 && (rolledBack ?? committing) is { } target)
        {
            await Run(target.Database.SuperuserConnectionString!, mutant.Apply);
            isDone = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in new[] { rolledBack, committing }.OfType<WorldDatabase>())
        {
            await target.DisposeAsync();
        }
    }

    private async Task<WorldDatabase> Made(Action<WorldDatabase> keep)
    {
        var target = await original.Copy();
        keep(target);
        await Run(target.Database.SuperuserConnectionString
            ?? throw new InvalidOperationException("mutants need a server with a superuser"), mutant.Apply);
        isDone = true;
        return target;
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
