namespace RlsChat.Database;

// Which files a run executes, decided before it touches anything.
internal sealed class MigrationPlan
{
    /// <summary>
    /// The order of application: a file belongs to the first entry that its path begins with. Within an entry the
    /// order means nothing, except in db/schema, whose files are numbered. Functions may call each other and read
    /// views in any order, because their bodies are checked at the end (<see cref="MigrationRun"/>).
    /// </summary>
    public static readonly string[] Order =
    [
        "db/roles/",
        "db/schema/",
        "db/functions/",
        "db/views/app_private/own_role",
        "db/views/app_private/asking_role",
        "db/views/app_private/numeric_setting",
        "db/views/app_private/secret_column",
        "db/views/app_private/findings_of_",
        "db/views/app_private/",
        "db/views/",
        "db/triggers/",
        "db/policies/",
    ];

    public MigrationPlan(IReadOnlyList<Script> scripts, Dictionary<string, string> applied, bool all)
    {
        Moved = Moves(scripts, applied.Keys);
        applied = Follow(scripts, applied);
        Refuse(scripts, applied);
        var pending = Ordered(scripts).Where(script => IsPending(script, applied, all)).ToList();
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

    /// <summary>Journal entries whose file now is in another folder below the same one, each with the file's name.</summary>
    public IReadOnlyDictionary<string, string> Moved { get; }

    public bool IsEmpty => Run.Count == 0 && Alone.Count == 0 && Removed.Count == 0 && Moved.Count == 0;

    /// <summary>Files in the order in which a migration executes them.</summary>
    public static IEnumerable<Script> Ordered(IEnumerable<Script> scripts) => scripts
        .Where(script => Entry(script) >= 0)
        .OrderBy(Entry)
        .ThenBy(script => Path.GetFileName(script.Name), StringComparer.Ordinal)
        .ThenBy(script => script.Name, StringComparer.Ordinal);

    /// <summary>The index in <see cref="Order"/> of a file's entry; -1 for a file that no migration executes.</summary>
    public static int Entry(Script script) =>
        Array.FindIndex(Order, entry => script.Name.StartsWith(entry, StringComparison.Ordinal));

    /// <summary>What was applied, under the names that the files have now.</summary>
    public static Dictionary<string, string> Follow(
        IReadOnlyList<Script> scripts, IReadOnlyDictionary<string, string> applied)
    {
        var moves = Moves(scripts, applied.Keys);
        return applied.ToDictionary(
            entry => moves.GetValueOrDefault(entry.Key, entry.Key), entry => entry.Value, StringComparer.Ordinal);
    }

    // By the name of the file, where only one of each can be meant.
    private static Dictionary<string, string> Moves(IReadOnlyList<Script> scripts, IEnumerable<string> applied)
    {
        var now = scripts.Select(script => script.Name).ToHashSet(StringComparer.Ordinal);
        var before = applied.ToHashSet(StringComparer.Ordinal);
        var appeared = now.Except(before).ToLookup(WithoutFolders, StringComparer.Ordinal);
        return before.Except(now)
            .GroupBy(WithoutFolders, StringComparer.Ordinal)
            .Where(gone => gone.Count() == 1 && appeared[gone.Key].Count() == 1)
            .ToDictionary(gone => gone.Single(), gone => appeared[gone.Key].Single(), StringComparer.Ordinal);
    }

    private static string WithoutFolders(string name) =>
        $"{new Script(name, "").Folder}/{Path.GetFileName(name)}";

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
