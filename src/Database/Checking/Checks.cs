using Npgsql;

namespace RlsChat.Database;

/// <summary>What <c>make db-check</c> asks: read-only, and taking no lock but those of reading.</summary>
public static class Checks
{
    /// <summary>Asks everything, with the owner's connection string.</summary>
    /// <returns>What is not as it should be; empty, or notes alone, when all is well.</returns>
    public static Task<IReadOnlyList<Finding>> Run(string ownerConnectionString) =>
        Run(ownerConnectionString, Script.Embedded);

    /// <summary>Asks everything, against other files than those built in.</summary>
    public static async Task<IReadOnlyList<Finding>> Run(string ownerConnectionString, IReadOnlyList<Script> scripts)
    {
        await using var connection = await Connections.Open(ownerConnectionString);
        await connection.Execute("begin transaction isolation level repeatable read, read only");
        await connection.Execute("set local search_path = ''");
        if (await UnfinishedRestore.Find(connection) is { } unfinished)
        {
            return [new Finding("restore", "database", unfinished, UnfinishedRestore.Remedy(connection))];
        }

        if (!await Catalog.TableExists(connection, "monitor", "migrations"))
        {
            return [new Finding("version", "database", "has never been migrated", "run make db-migrate")];
        }

        await connection.Execute("set local role rlschat_owner");
        var applied = await Applied(connection);
        return
        [
            .. Version(applied, scripts),
            .. await WithoutDescription(connection, scripts, applied.Keys),
            .. await DriftSinceMigration(connection),
            .. await Catalogue(connection),
            .. await PoliciesWithoutFile(connection, scripts),
            .. ServerVersion.Check(connection),
            .. await Untightened(connection),
        ];
    }

    /// <summary>
    /// Compares what was applied with the files of this build, through <c>monitor.migrations</c>: anyone who
    /// may take the role <c>monitor</c> can ask.
    /// </summary>
    public static async Task<IReadOnlyList<Finding>> Version(
        NpgsqlConnection connection, IReadOnlyList<Script>? scripts = null) =>
        Version(await Applied(connection), scripts ?? Script.Embedded);

    /// <summary>Compares what was applied, each file's name and hash, with files. A file may have moved to another folder.</summary>
    public static IReadOnlyList<Finding> Version(IReadOnlyDictionary<string, string> applied, IReadOnlyList<Script> files)
    {
        applied = MigrationPlan.Follow(files, applied);
        return
        [
            .. files.Where(script => !applied.ContainsKey(script.Name)).Select(script => new Finding(
                "version", script.Name, "is not applied", "run make db-migrate")),
            .. files.Where(script => applied.TryGetValue(script.Name, out var hash) && hash != script.Hash)
                .Select(script => script.Folder == "schema"
                    ? new Finding("version", script.Name, "changed after it was applied",
                        "restore it, and put the change into a new file (make db-generate NAME=…)")
                    : new Finding("version", script.Name, "changed since it was applied", "run make db-migrate")),
            .. applied.Keys.Except(files.Select(script => script.Name), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(name => new Finding("version", name, "was applied but is not in this build",
                    "run the build that this database belongs to, or make db-migrate if the file was removed on purpose")),
        ];
    }

    /// <summary>The tables of schema public that no file of db/policies is the whole truth about.</summary>
    public static IEnumerable<Finding> WithoutPolicyFile(IEnumerable<string> tables, IReadOnlyList<Script> files) => tables
        .Where(table => !files.Any(script => script.Folder == "policies" && Path.GetFileName(script.Name) == $"{table}.sql"))
        .Select(table => new Finding(
            "policies", $"table public.\"{table}\"", "has no policy file", $"write db/policies/{table}.sql"));

    private static async Task<Dictionary<string, string>> Applied(NpgsqlConnection connection) =>
        (await connection.Query(
            row => (Name: row.GetString(0), Hash: row.GetString(1)),
            """select "name", "hash" from monitor.migrations"""))
        .ToDictionary(row => row.Name, row => row.Hash, StringComparer.Ordinal);

    private static async Task<IEnumerable<Finding>> WithoutDescription(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts, IEnumerable<string> applied) =>
        (await Undescribed.Find(connection, scripts))
            .Concat(await Undescribed.Roles(connection, scripts, applied))
            .Select(thing => new Finding("undescribed", thing.Title, "is described by no file of db/", thing.IsOurs
                ? "put it into a file, or run make db-migrate, which drops it"
                : "put it into a file, drop it by hand, or move it out of this schema: it is not ours to drop"));

    private static async Task<IEnumerable<Finding>> DriftSinceMigration(NpgsqlConnection connection)
    {
        if (!await Fingerprints.Exist(connection))
        {
            return [new Finding("drift", "app_private.definitions", "is missing", "run make db-apply-functions")];
        }

        if (!await Fingerprints.AreOfThisServer(connection))
        {
            return [new Finding("drift", "app_private.fingerprint", "was taken on another major version of PostgreSQL",
                "run make db-apply-functions")];
        }

        return (await Fingerprints.Compare(connection)).Select(drift => new Finding(
            "drift", $"{drift.Kind} {drift.Name}", drift.Words, drift.Stored is null
                ? "run make db-apply-functions, which drops what no file describes; what that leaves, remove by hand or put into a file"
                : "run make db-apply-functions; what that leaves, restore by hand or change in a file")
        { Differences = drift.Differences });
    }

    private static async Task<IEnumerable<Finding>> Catalogue(NpgsqlConnection connection) =>
        await Catalog.TableExists(connection, "monitor", "findings")
            ? await Rows(connection, "monitor.findings", isNote: false)
            : [];

    private static async Task<IEnumerable<Finding>> Untightened(NpgsqlConnection connection) =>
        await Catalog.TableExists(connection, "monitor", "untightened")
            ? await Rows(connection, "monitor.untightened", isNote: true)
            : [];

    private static Task<List<Finding>> Rows(NpgsqlConnection connection, string view, bool isNote) =>
        connection.Query(
            row => new Finding(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), isNote),
            $"""select "rule", "object", "finding", "remedy" from {view} order by 1, 2, 3""");

    private static async Task<IEnumerable<Finding>> PoliciesWithoutFile(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts)
    {
        var tables = await connection.Query(
            row => row.GetString(0),
            """
            select relname::text from pg_catalog.pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            order by 1
            """);
        return WithoutPolicyFile(tables, scripts);
    }
}
