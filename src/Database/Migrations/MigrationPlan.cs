namespace RlsChat.Database;

// Which files a run executes, decided before it touches anything.
internal sealed class MigrationPlan
{
    /// <summary>The folders in the order in which they are applied.</summary>
    public static readonly string[] Folders = ["roles", "schema", "functions", "policies"];

    public MigrationPlan(IReadOnlyList<Script> scripts, Dictionary<string, string> applied, bool all)
    {
        Refuse(scripts, applied);
        var pending = scripts
            .Where(script => Folders.Contains(script.Folder) && IsPending(script, applied, all))
            .OrderBy(script => Array.IndexOf(Folders, script.Folder))
            .ThenBy(script => script.Name, StringComparer.Ordinal)
            .ToList();
        Run = [.. pending.Where(script => !script.RunsAlone)];
        Alone = [.. pending.Where(script => script.RunsAlone)];
        Removed = [.. applied.Keys
            .Except(scripts.Select(script => script.Name), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>What runs in the transaction.</summary>
    public IReadOnlyList<Script> Run { get; }

    /// <summary>What runs after it, statement by statement.</summary>
    public IReadOnlyList<Script> Alone { get; }

    /// <summary>Journal entries whose file is gone.</summary>
    public IReadOnlyList<string> Removed { get; }

    public bool IsEmpty => Run.Count == 0 && Alone.Count == 0 && Removed.Count == 0;

    private static bool IsPending(Script script, Dictionary<string, string> applied, bool all) =>
        script.Folder == "schema"
            ? !applied.ContainsKey(script.Name)
            : all || !applied.TryGetValue(script.Name, out var hash) || hash != script.Hash;

    private static void Refuse(IReadOnlyList<Script> scripts, Dictionary<string, string> applied)
    {
        var byName = scripts.ToDictionary(script => script.Name, StringComparer.Ordinal);
        foreach (var (name, hash) in applied.Where(entry => entry.Key.StartsWith("db/schema/", StringComparison.Ordinal)))
        {
            if (!byName.TryGetValue(name, out var script))
            {
                throw new SetupException(
                    $"{name} was applied to this database but is not in this build: the database is newer. "
                        + "Migrate with the build that belongs to it.");
            }

            if (script.Hash != hash)
            {
                throw new SetupException(
                    $"{name} changed after it was applied ({hash[..12]} then, {script.Hash[..12]} now). "
                        + "Applied schema files are history: restore it, and put the change into a new file "
                        + "(make db-generate NAME=…).");
            }
        }
    }
}
