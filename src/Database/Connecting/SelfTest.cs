using Npgsql;

namespace RlsChat.Database;

/// <summary>
/// Tests whether the connection keeps its session state. A pooler in transaction mode hands
/// each transaction to another session. An idle pooler may reuse the same one by chance, so each test
/// lets a second connection take the session that the first has just released.
/// </summary>
public static class SelfTest
{
    private const string Pooler = "a pooler that hands each transaction to another session (PgBouncer in transaction mode; at Neon, a host with -pooler in its name)";

    private const string Unlock = "select pg_catalog.pg_advisory_unlock($1)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Tests whether a session lock survives its transaction.</summary>
    /// <returns>The problem and its remedy, or null.</returns>
    public static async Task<string?> Sessions(NpgsqlConnection one, NpgsqlConnection other, CancellationToken stop)
    {
        // Concurrent runs use different locks.
        var key = Random.Shared.NextInt64();
        var pid = await Ask<int>(one, "select pg_catalog.pg_backend_pid() from pg_catalog.pg_advisory_lock($1)", stop, key);
        var (isKept, holder) = (true, one);
        for (var round = 0; round < 3 && isKept; round++)
        {
            await using var transaction = await other.BeginTransactionAsync(stop);
            if (await Ask<int>(other, "select pg_catalog.pg_backend_pid()", stop) == pid)
            {
                // The other connection has the session and the lock; waiting for a lock could take forever.
                (isKept, holder) = (false, other);
                await Ask<bool>(holder, Unlock, stop, key);
            }
            else
            {
                isKept = await Ask<int>(one, "select pg_catalog.pg_backend_pid()", stop) == pid;
            }
        }

        return holder == one && await Ask<bool>(one, Unlock, stop, key) && isKept
            ? null
            : $"The connection goes through {Pooler}: neither a lock nor a role would hold for this command. "
                + "Set POSTGRES_DIRECT_URL to the server itself; POSTGRES_URL may stay.";
    }

    /// <summary>Tests whether LISTEN receives notifications.</summary>
    /// <param name="open">Opens a connection.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The problem and its remedy, or null.</returns>
    public static async Task<string?> Notifications(Func<CancellationToken, ValueTask<NpgsqlConnection>> open, CancellationToken stop)
    {
        await using var one = await open(stop);
        await using var other = await open(stop);
        var channel = $"rlschat_self_test_{Guid.NewGuid():N}";
        await Run(one, $"listen {channel}", stop);
        await using (var transaction = await other.BeginTransactionAsync(stop))
        {
            await Run(other, $"notify {channel}", stop);
            await transaction.CommitAsync(stop);
        }

        // The wait is never cancelled, because Npgsql can hang then (its issue 5975).
        return await one.WaitAsync(Patience, CancellationToken.None)
            ? null
            : $"rlschat_live goes through {Pooler}, so it does not hear that something happened: "
                + "set POSTGRES_DIRECT_URL (or POSTGRES_LIVE_URL, with this login) to the server itself";
    }

    /// <summary>Tests whether a prepared statement survives until its next use.</summary>
    /// <param name="login">The login of the connections.</param>
    /// <param name="open">Opens a connection.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The problem and its remedy, or null.</returns>
    public static async Task<string?> PreparedStatements(
        string login, Func<CancellationToken, ValueTask<NpgsqlConnection>> open, CancellationToken stop)
    {
        await using var one = await open(stop);
        await using var other = await open(stop);
        try
        {
            await using var prepared = new NpgsqlCommand("select pg_catalog.pg_backend_pid()", one);
            await prepared.PrepareAsync(stop);
            var pid = (int)(await prepared.ExecuteScalarAsync(stop))!;
            await using (await other.BeginTransactionAsync(stop))
            {
                await using var same = new NpgsqlCommand("select pg_catalog.pg_backend_pid()", other);
                await same.PrepareAsync(stop);
                if ((int)(await same.ExecuteScalarAsync(stop))! != pid)
                {
                    // If the pooler has one session, this would wait for the transaction to end.
                    await prepared.ExecuteNonQueryAsync(stop);
                }

                await same.UnprepareAsync(stop);
            }

            await prepared.ExecuteNonQueryAsync(stop);
            await prepared.UnprepareAsync(stop);
            return null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicatePreparedStatement or PostgresErrorCodes.InvalidSqlStatementName)
        {
            return $"{login} goes through {Pooler}, and prepared statements do not last there ({e.SqlState}): set DATABASE_PREPARE=off, "
                + "or let the pooler keep them (PgBouncer from 1.21 on: max_prepared_statements)";
        }
    }

    private static async Task<T> Ask<T>(NpgsqlConnection connection, string sql, CancellationToken stop, params object[] arguments)
    {
        await using var command = connection.Command(sql, arguments);
        return (T)(await command.ExecuteScalarAsync(stop))!;
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
