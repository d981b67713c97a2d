using Npgsql;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// Two people at once, each on a connection of their own, in READ COMMITTED; what they do is committed.
/// The answers are SQLSTATEs, null for what succeeded.
/// </summary>
public sealed class Race(DatabaseFixture fixture, World world)
{
    /// <summary>
    /// The first has acted and not yet committed when the second acts; <paramref name="then"/> is what the
    /// first does once the second is done or waits.
    /// </summary>
    public async Task<string?[]> InTurn((string Who, string Sql) first, (string Who, string Sql) second, string? then = null)
    {
        await using var left = await fixture.DataSource.OpenConnectionAsync();
        await using var right = await fixture.DataSource.OpenConnectionAsync();
        await using var one = await Begin(left, first.Who);
        await using var two = await Begin(right, second.Who);
        var answer = await Act(one, first.Sql);
        var other = Act(two, second.Sql);
        await Waiting(right.ProcessID, other);
        if (answer is null && then is not null)
        {
            answer = await Act(one, then);
        }

        if (answer is null)
        {
            await one.CommitAsync();
        }
        else
        {
            await one.RollbackAsync();
        }

        var answers = new[] { answer, await other };
        if (answers[1] is null)
        {
            await two.CommitAsync();
        }

        return answers;
    }

    /// <summary>Both start at the same moment, each commits when done.</summary>
    public async Task<string?[]> AtOnce((string Who, string Sql) first, (string Who, string Sql) second)
    {
        await using var left = await fixture.DataSource.OpenConnectionAsync();
        await using var right = await fixture.DataSource.OpenConnectionAsync();
        await using var one = await Begin(left, first.Who);
        await using var two = await Begin(right, second.Who);
        return await Task.WhenAll(ActAndCommit(one, first.Sql), ActAndCommit(two, second.Sql));
    }

    /// <summary>Does something alone, and commits it.</summary>
    public async Task<T> Alone<T>(string role, string sql)
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, world);
        await (world.Knows(role) ? db.As(role) : db.AsRole(role));
        var result = await db.Ask<T>(sql);
        await transaction.CommitAsync();
        return result;
    }

    private async Task<NpgsqlTransaction> Begin(NpgsqlConnection connection, string who)
    {
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted);
        var db = new Db(connection, world);
        await (world.Knows(who) ? db.As(who) : db.AsRole(who));
        return transaction;
    }

    private async Task<string?> Act(NpgsqlTransaction transaction, string sql)
    {
        try
        {
            await new Db(transaction.Connection!, world).Do(sql);
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    private async Task<string?> ActAndCommit(NpgsqlTransaction transaction, string sql)
    {
        var answer = await Act(transaction, sql);
        if (answer is null)
        {
            await transaction.CommitAsync();
        }
        else
        {
            await transaction.RollbackAsync();
        }

        return answer;
    }

    // Until it is done, or waits for what the first has locked.
    private async Task Waiting(int process, Task act)
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using var question = new NpgsqlCommand($"select exists (select from pg_locks where pid = {process} and not granted)", connection);
        while (!act.IsCompleted && !(bool)(await question.ExecuteScalarAsync())!)
        {
            await Task.Delay(2);
        }
    }
}
