using Npgsql;
using RlsChat.Database;

namespace RlsChat.Api.Data;

/// <summary>The database holds what the files say that were built into this program.</summary>
internal static class Versions
{
    public static async Task<List<string>> Findings(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select set_config('role', 'monitor', true)"),
                new NpgsqlBatchCommand("""select "name", "hash" from monitor.migrations"""),
            },
        };
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(stop);
            await reader.NextResultAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                applied.Add(reader.GetString(0), reader.GetString(1));
            }
        }
        catch (PostgresException e) when (e.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidParameterValue)
        {
            return ["the database was never migrated: run make db-migrate"];
        }

        var behind = Script.Embedded
            .Where(script => script.Folder is "roles" or "schema" or "functions" or "policies")
            .Where(script => applied.GetValueOrDefault(script.Name) != script.Hash)
            .Select(script => script.Name)
            .ToList();
        return behind.Count == 0
            ? []
            : [$"the database is behind: {behind.Count} of the files of db/ are not applied, {behind[0]} first; run make db-migrate"];
    }
}
