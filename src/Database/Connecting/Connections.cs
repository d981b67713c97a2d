using Npgsql;

namespace RlsChat.Database;

/// <summary>Opens connections outside any pool, and explains failures.</summary>
public static class Connections
{
    /// <summary>Opens a connection.</summary>
    /// <param name="connectionString">Where to; several hosts and <c>target_session_attrs</c> are understood.</param>
    /// <param name="adjust">Changes settings.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SetupException">The connection failed; says why and what to do.</exception>
    public static async Task<NpgsqlConnection> Open(
        string connectionString, Action<NpgsqlConnectionStringBuilder>? adjust = null, CancellationToken cancellation = default)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Enlist = false };
        adjust?.Invoke(settings);
        var session = TakeSession(settings);
        NpgsqlConnection? connection = null;
        try
        {
            connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellation);
            if (session is not null)
            {
                await RefuseOther(connection, session, cancellation);
            }

            return connection;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw ConnectionFailure.Describe(e, settings);
        }
    }

    /// <summary>
    /// Opens a connection for work that needs one session from beginning to end, and refuses a pooler that
    /// hands each transaction to another session.
    /// </summary>
    public static async Task<NpgsqlConnection> OpenSession(
        string connectionString, Action<NpgsqlConnectionStringBuilder>? adjust = null, CancellationToken cancellation = default)
    {
        var connection = await Open(connectionString, adjust, cancellation);
        try
        {
            await using var other = await Open(connectionString, adjust, cancellation);
            return await SelfTest.Sessions(connection, other, cancellation) is { } finding ? throw new SetupException(finding) : connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Npgsql takes <c>target_session_attrs</c> with several hosts only. With one host this takes it out of the
    /// settings, for <see cref="RefuseOther"/>.
    /// </summary>
    /// <returns>What the session has to be, or null when Npgsql sees to it.</returns>
    public static string? TakeSession(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.TargetSessionAttributes is not { } session || settings.Host!.Contains(',', StringComparison.Ordinal))
        {
            return null;
        }

        settings.TargetSessionAttributes = null;
        return session is "prefer-standby" ? null : session;
    }

    /// <summary>Refuses a session that is not what <c>target_session_attrs</c> asks for.</summary>
    /// <exception cref="NpgsqlException">The server is another one than was asked for.</exception>
    public static async Task RefuseOther(NpgsqlConnection connection, string session, CancellationToken cancellation = default)
    {
        await using var command = new NpgsqlCommand(
            "select pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on'", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (isStandby, isReadOnly) = (reader.GetBoolean(0), reader.GetBoolean(1));
        var isRight = session switch
        {
            "read-write" => !isReadOnly,
            "read-only" => isReadOnly,
            "primary" => !isStandby,
            _ => isStandby,
        };
        if (!isRight)
        {
            // As a connection that failed, because another server may be the right one in a moment.
            throw new NpgsqlException($"target_session_attrs is {session}, and the server is "
                + $"{(isStandby ? "a standby" : "a primary")}, {(isReadOnly ? "read-only" : "read-write")}", new IOException());
        }
    }

    /// <summary>The settings with the one host of several that a connection reached: for programs that belong to it.</summary>
    internal static NpgsqlConnectionStringBuilder At(this NpgsqlConnectionStringBuilder settings, NpgsqlConnection connection) =>
        new(settings.ConnectionString) { Host = connection.Host, Port = connection.Port, TargetSessionAttributes = null };
}
