using Npgsql;

namespace RlsChat.Database;

// What was applied, in app_private.migration. Roles run before that table can exist and before anybody
// may write to it, so a run's entries are written at its end, in the same transaction.
internal static class Journal
{
    /// <summary>Reads what was applied; empty on a database that was never migrated.</summary>
    public static async Task<Dictionary<string, string>> Read(NpgsqlConnection connection)
    {
        if (!await Catalog.TableExists(connection, "app_private", "migration"))
        {
            return [];
        }

        await connection.Execute("set local role rlschat_owner");
        var rows = await connection.Query(
            row => (Name: row.GetString(0), Hash: row.GetString(1)),
            """select "name", "hash" from app_private.migration""");
        await connection.Execute("set local role none");
        return rows.ToDictionary(row => row.Name, row => row.Hash, StringComparer.Ordinal);
    }

    public static Task<int> Write(NpgsqlConnection connection, Script script) =>
        connection.Execute(
            """
            insert into app_private.migration ("name", "hash") values ($1, $2)
            on conflict ("name") do update set "hash" = excluded."hash", "appliedAt" = now()
            """,
            script.Name, script.Hash);

    /// <summary>Writes what this run executed, follows what was moved and forgets what is gone.</summary>
    public static async Task Flush(NpgsqlConnection connection, MigrationPlan plan)
    {
        foreach (var (old, name) in plan.Moved)
        {
            await connection.Execute("""update app_private.migration set "name" = $2 where "name" = $1""", old, name);
        }

        foreach (var name in plan.Removed)
        {
            await connection.Execute("""delete from app_private.migration where "name" = $1""", name);
        }

        foreach (var script in plan.Run)
        {
            await Write(connection, script);
        }
    }
}
