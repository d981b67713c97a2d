using Npgsql;

namespace RlsChat.Database;

// Compares a restored database with its backup.
internal static class Comparison
{
    /// <summary>Fails with every table, sequence and definition that differs.</summary>
    public static async Task Refuse(NpgsqlConnection connection, Manifest manifest, MigrationPlan plan)
    {
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await connection.Execute("set local search_path = ''");
        var hidden = await Inventory.Hidden(connection);
        await connection.Execute("set local role rlschat_backup");
        var (rows, sequences) = (await Inventory.Rows(connection), await Inventory.Sequences(connection));
        await connection.Execute("set local role rlschat_owner");
        var definitions = await Inventory.Definitions(connection);

        // A sequence may have advanced during the dump.
        List<string> differences =
        [
            .. hidden,
            .. Differ(manifest.Rows, rows, (was, now) => was == now, "rows"),
            .. Differ(manifest.Sequences, sequences, (was, now) => was <= now, "as the next number"),
            .. connection.PostgreSqlVersion.Major == manifest.Server ? Definitions(manifest, definitions, plan) : [],
        ];
        if (differences.Count > 0)
        {
            throw new SetupException(
                "The restored database differs from the backup, and stays marked as unfinished:"
                + string.Concat(differences.Select(line => $"{Environment.NewLine}  {line}")));
        }
    }

    // Roles get the state of this build, which may be newer than the backup.
    private static IEnumerable<string> Definitions(
        Manifest manifest, SortedDictionary<string, string> definitions, MigrationPlan plan)
    {
        var rolesAreNewer = plan.Run.Any(script => script.Folder == "roles");
        return manifest.Definitions.Keys.Union(definitions.Keys).Order(StringComparer.Ordinal)
            .Where(name => !(rolesAreNewer && name.StartsWith("role ", StringComparison.Ordinal)))
            .Where(name => manifest.Definitions.GetValueOrDefault(name) != definitions.GetValueOrDefault(name))
            .Select(name => $"{name} {(definitions.ContainsKey(name)
                ? manifest.Definitions.ContainsKey(name) ? "differs" : "was not there" : "is missing")}");
    }

    private static IEnumerable<string> Differ(
        SortedDictionary<string, long> was, SortedDictionary<string, long> now, Func<long, long, bool> isSame, string what) =>
        was.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(name => !was.TryGetValue(name, out var then) || !now.TryGetValue(name, out var today) || !isSame(then, today))
            .Select(name => $"{name}: {(was.TryGetValue(name, out var then) ? then : "nothing")} then, "
                + $"{(now.TryGetValue(name, out var today) ? today : "nothing")} now, {what}");
}
