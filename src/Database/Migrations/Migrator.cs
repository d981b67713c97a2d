using Npgsql;

namespace RlsChat.Database;

/// <summary>Brings a database to the version of the files, in one transaction, one run at a time.</summary>
public static class Migrator
{
    private const int Attempts = 10;

    // Any number will do, as long as every version of this program uses the same one.
    private const long Lock = 0x524C_5343_6861_7401;

    /// <summary>Migrates the database that the owner's connection string names.</summary>
    /// <exception cref="SetupException">The migration was refused or failed; nothing of its transaction remains.</exception>
    public static async Task<MigrationResult> Run(
        string ownerConnectionString, MigrationOptions options, CancellationToken cancellation = default) =>
        await Repeat(() => Try(ownerConnectionString, options, cancellation), cancellation);

    /// <summary>Tries again what met another run's change of a role.</summary>
    internal static async Task<T> Repeat<T>(Func<Task<T>> attemptOnce, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await attemptOnce();
            }
            catch (Exception e) when (attempt < Attempts && MetAnother(e))
            {
                await Task.Delay(Random.Shared.Next(20, 200) * attempt, cancellation);
            }
        }
    }

    // A connection of its own: the session's lock and role go with it. And a new one for each attempt:
    // Npgsql gives up a connection on which the server reported an internal error (XX000).
    private static async Task<MigrationResult> Try(
        string ownerConnectionString, MigrationOptions options, CancellationToken cancellation)
    {
        await using var connection = await Connections.OpenSession(
            ownerConnectionString,
            settings =>
            {
                settings.CommandTimeout = 0;
                // What depends on what. Values of rows stay out of messages (ScriptExecution).
                settings.IncludeErrorDetail = true;
                settings.ApplicationName ??= "rlschat-db migrate";
            },
            cancellation);
        connection.Notice += (_, e) => options.Log($"{e.Notice.Severity.ToLowerInvariant()}: {e.Notice.MessageText}");
        await TakeLock(connection, options.LockWait, cancellation);
        return await new MigrationRun(connection, options).Execute(cancellation);
    }

    // Polled, not waited for: a session that waits inside a statement holds a snapshot, and the
    // `create index concurrently` of the run that it waits for would wait for that.
    private static async Task TakeLock(NpgsqlConnection connection, TimeSpan wait, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + wait;
        while (!await connection.Scalar<bool>("select pg_try_advisory_lock($1)", Lock))
        {
            if (DateTime.UtcNow >= until)
            {
                throw new SetupException(
                    $"Another migration of this database has been running for {wait.TotalSeconds:0} s. "
                        + "Wait for it to end, or end it (application_name 'rlschat-db migrate' in pg_stat_activity).");
            }

            await Task.Delay(100, cancellation);
        }
    }

    // Roles belong to the cluster and our lock to the database: a run for another database may change
    // the same role at the same moment.
    private static bool MetAnother(Exception? e) => e switch
    {
        null => false,
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } => true,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "pg_authid" or "pg_auth_members" or "pg_db_role_setting" } => true,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: { } index }
            when index.StartsWith("pg_", StringComparison.Ordinal) => true,
        PostgresException { SqlState: PostgresErrorCodes.DuplicateObject, Routine: "CreateRole" } => true,
        PostgresException { SqlState: PostgresErrorCodes.InternalError } internalError
            when internalError.MessageText.StartsWith("tuple concurrently", StringComparison.Ordinal) => true,
        _ => MetAnother(e.InnerException),
    };
}
