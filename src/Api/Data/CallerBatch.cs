using System.Data;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>
/// The only way to the database in a request: a batch of statements in one round trip and one transaction. Its
/// first statement sets who is asking, for that transaction alone.
/// </summary>
/// <param name="Pool">The connections of the login, on what is the primary then, or on a standby.</param>
/// <param name="Caller">Who is asking, as the access token says.</param>
/// <param name="Stop">Cancels the batch.</param>
internal sealed record CallerBatch(Func<NpgsqlDataSource> Pool, Caller Caller, CancellationToken Stop)
{
    /// <summary>The role that the login takes; null: it keeps its own.</summary>
    public string? Role { get; init; }

    /// <summary>Whether the transaction must not write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Whether who is asking is verified before the statements. If not, they verify it: without a live session, no policy
    /// of regular_user admits a row, so a row proves it.
    /// </summary>
    public bool Verifies { get; init; } = true;

    /// <summary>SQL that must be true for the caller, or null.</summary>
    public string? Permission { get; init; }

    /// <summary>On a standby: how old what it shows may be.</summary>
    public TimeSpan? MaxLag { get; init; }

    /// <summary>What a standby must show at least, and where the number of a writing transaction goes; null: no standby answers.</summary>
    public Freshness? Freshness { get; init; }

    /// <summary>Takes the statements, where they are to be shown.</summary>
    public ShownStatements? Shown { get; init; }

    /// <summary>A statement with its positional parameters.</summary>
    public static NpgsqlBatchCommand Statement(string sql, Arg[] args)
    {
        var statement = new NpgsqlBatchCommand(sql);
        foreach (var arg in args)
        {
            statement.Parameters.Add(arg.Parameter);
        }

        return statement;
    }

    /// <summary>Verifies who is asking, if they say that they are somebody and that was not done before the statements.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public Task Verify() => Verifies || Caller.Uid is null
        ? Task.CompletedTask : (this with { Verifies = true, ReadOnly = true }).Execute(_ => Task.FromResult(true));

    /// <summary>Executes statements as the caller, on a connection of the pool.</summary>
    /// <param name="read">Reads the results, from those of the first statement that returns rows.</param>
    /// <param name="statements">What to execute.</param>
    /// <exception cref="StandbyBehindException">The standby does not show what it must.</exception>
    /// <exception cref="SessionEndedException">The database knows no live session of the caller.</exception>
    /// <exception cref="NotPermittedException">The permission is false.</exception>
    public async Task<T> Execute<T>(Func<NpgsqlDataReader, Task<T>> read, params NpgsqlBatchCommand[] statements)
    {
        await using var connection = await Pool().OpenConnectionAsync(Stop);
        return await ExecuteOn(connection, read, statements);
    }

    /// <summary>The same on a given connection, in its transaction where it has begun one.</summary>
    /// <inheritdoc cref="Execute"/>
    public async Task<T> ExecuteOn<T>(
        NpgsqlConnection connection, Func<NpgsqlDataReader, Task<T>> read, params NpgsqlBatchCommand[] statements)
    {
        // The only level at which the database knows the session of an impersonation, and nothing is written. It is rolled back.
        await using var transaction = Caller.IsImpersonated ? await connection.BeginTransactionAsync(IsolationLevel.ReadUncommitted, Stop) : null;
        await using var batch = new NpgsqlBatch(connection);
        if (SetsIdentity)
        {
            batch.BatchCommands.Add(Identity());
        }

        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(statement);
        }

        if (Freshness is not null && !ReadOnly)
        {
            // Assigned even where nothing was written: such a request may have seen what others wrote.
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_current_xact_id()::text as {Number}"));
        }

        Shown?.Add(Role, Caller.Uid, batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(statement => statement.CommandText));
        Exception? refusal = null;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(Stop);
            if (SetsIdentity)
            {
                await reader.ReadAsync(Stop);
                refusal = Refusal(reader);
                if (refusal is not null)
                {
                    throw refusal;
                }

                await reader.NextResultAsync(Stop);
            }

            var result = await read(reader);
            // Deferred constraints are checked after the last row: nothing holds before the end.
            do
            {
                while (await reader.ReadAsync(Stop))
                {
                    if (Freshness is not null && reader.GetName(0) == Number)
                    {
                        Freshness.Written = reader.GetString(0);
                    }
                }
            }
            while (await reader.NextResultAsync(Stop));
            return result;
        }
        // Closing the reader reads on, to the error of a statement that failed because nobody was recognized.
        catch (PostgresException) when (refusal is not null)
        {
            throw refusal;
        }
        // Nothing here has forbidden to write, so behind the address of the primary is a standby now.
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction && !ReadOnly)
        {
            throw new NpgsqlException("The host has become a standby.", new IOException(e.Message, e));
        }
        // When a backend is killed, Npgsql can lose its place in the results. It then closes the connection and throws
        // a bare Exception (its issue 5803).
        catch (Exception e) when (e.GetType() == typeof(Exception))
        {
            throw new NpgsqlException("The connection was lost while results were read.", new IOException(e.Message, e));
        }
    }

    private const string Number = "rlschat_number";

    private bool SetsIdentity => Role is not null || Caller.Uid is not null;

    /// <summary>
    /// Sets who is asking. Its last columns are whether the database recognizes them, and the permission; before them, whether a
    /// standby shows enough: what was asked for, and, since the API commits once a second, nothing older than it may be.
    /// A later statement of the batch sees at least as much. On a standby, a snapshot lists no running transaction, so
    /// <c>pg_visible_in_snapshot</c> would be wrong; its xmin is right.
    /// </summary>
    private NpgsqlBatchCommand Identity()
    {
        var (role, verified, readOnly, fresh) = (
            Role is null ? "" : $"set_config('role', '{Role}', true), ",
            Verifies && Caller.Uid is not null ? "auth.uid() is not null" : "true",
            ReadOnly ? "set_config('transaction_read_only', 'on', true), " : "",
            MaxLag is null ? "" : """
                coalesce(pg_is_in_recovery() and clock_timestamp() - pg_last_xact_replay_timestamp() < make_interval(secs => $3::double precision)
                  and $4 < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, false),
                """);
        return Statement(
            $"""
            select {role}set_config('auth.uid', $1, true), set_config('auth.session', $2, true), {readOnly}{fresh}{verified},
              {Permission ?? "true"}
            """,
            [
                Caller.Uid?.ToString() ?? "", Caller.Session ?? "",
                .. MaxLag is { } most ? (Arg[])[(decimal?)most.TotalSeconds, Freshness!.After] : [],
            ]);
    }

    private Exception? Refusal(NpgsqlDataReader identity) =>
        MaxLag is not null && !identity.GetBoolean(identity.FieldCount - 3) ? new StandbyBehindException()
        : !identity.GetBoolean(identity.FieldCount - 2) ? new SessionEndedException()
        : identity.GetBoolean(identity.FieldCount - 1) ? null
        : new NotPermittedException(isSignedIn: Caller.Uid is not null);
}
