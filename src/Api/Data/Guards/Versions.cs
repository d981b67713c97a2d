using Npgsql;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>Checks that the database has the files of db/ that were built into this program.</summary>
internal static class Versions
{
    public static async Task<List<string>> Findings(NpgsqlConnection connection, CancellationToken stop)
    {
        if (await UnfinishedRestore.Find(connection) is { } unfinished)
        {
            return [$"the database {unfinished}"];
        }

        try
        {
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await using var monitor = new NpgsqlCommand("select set_config('role', 'monitor', true)", connection);
            await monitor.ExecuteNonQueryAsync(stop);
            // An unknown file belongs to a newer release, which may be taking over.
            var behind = (await Checks.Version(connection))
                .Where(finding => Script.Embedded.Any(script => script.Name == finding.Subject))
                .ToList();
            return behind.Count == 0
                ? []
                : [$"the database is behind in {behind.Count} of the files of db/: {behind[0]}"];
        }
        catch (PostgresException e) when (e.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidParameterValue)
        {
            return ["the database was never migrated: run make db-migrate"];
        }
    }
}
