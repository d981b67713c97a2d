using Npgsql;

namespace RlsChat.Database;

/// <summary>
/// A schema that stands in the database from before the first row arrives until everything was compared:
/// whatever ends a restoration in between, db-check, db-migrate and the API's start say so.
/// </summary>
public static class UnfinishedRestore
{
    private const string Schema = "restore_unfinished";

    internal static async Task Begin(NpgsqlConnection connection, string file)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.Execute($"create schema {Schema}");
        await connection.Execute($"comment on schema {Schema} is "
            + Statements.Literal($"was being restored from {Path.GetFileName(file)} on {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, and not to the end"));
        await transaction.CommitAsync();
    }

    internal static Task<int> End(NpgsqlConnection connection) => connection.Execute($"drop schema {Schema}");

    /// <summary>What a restoration that did not end left to say, or null; anyone who connects may ask.</summary>
    public static Task<string?> Find(NpgsqlConnection connection) =>
        connection.Scalar<string>(
            """
            select coalesce(pg_catalog.obj_description(oid, 'pg_namespace'), 'was not restored to the end')
            from pg_catalog.pg_namespace where nspname = $1
            """,
            Schema);

    internal static async Task Refuse(NpgsqlConnection connection)
    {
        if (await Find(connection) is { } unfinished)
        {
            throw new SetupException($"The database {connection.Database} {unfinished}: {Remedy(connection)}.");
        }
    }

    internal static string Remedy(NpgsqlConnection connection) =>
        $"drop database {Statements.Name(connection.Database)}, create it again, and restore into it";
}
