using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace RlsChat.Database;

// pg_dump, pg_restore and psql of one version. pg_dump refuses a newer server, and an older server
// may not understand the output of a newer pg_restore.
internal sealed partial record ClientTools(string Folder, int Major)
{
    private static readonly string[] Programs = ["pg_dump", "pg_restore", "psql"];

    /// <summary>For a dump: the tools of the server's version, or the next newer ones.</summary>
    public static async Task<ClientTools> ForDump(int server) =>
        (await All()).Where(tools => tools.Major >= server).MinBy(tools => tools.Major)
        ?? throw Missing($"The server is PostgreSQL {server}, and pg_dump must be at least as new", server, await All());

    /// <summary>For a restoration: at least as new as the dump, and not newer than the server.</summary>
    public static async Task<ClientTools> ForRestore(int dump, int server) =>
        (await All()).Where(tools => tools.Major >= dump && tools.Major <= server).MaxBy(tools => tools.Major)
        ?? throw Missing(
            dump == server ? $"pg_restore and psql of version {server} are needed"
                : $"pg_restore and psql of a version from {dump} (the dump's) to {server} (the server's) are needed",
            server, await All());

    /// <summary>Starts one of them; its standard streams are pipes.</summary>
    public Process Start(string program, IEnumerable<string> arguments, NpgsqlConnectionStringBuilder? connection = null)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (connection is not null)
        {
            ClientConnection.Set(start, connection);
        }

        return Process.Start(start)!;
    }

    private static async Task<List<ClientTools>> All()
    {
        var found = new List<ClientTools>();
        foreach (var folder in PostgresBinaries.Folders("pg_dump").Distinct())
        {
            if (!Programs.All(program => File.Exists(Path.Combine(folder, program))))
            {
                continue;
            }

            var answer = await Tool.Run([Path.Combine(folder, "pg_dump"), "--version"]);
            if (answer.Succeeded && Number().Match(answer.Output) is { Success: true } major)
            {
                found.Add(new ClientTools(folder, int.Parse(major.Value, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }

    private static SetupException Missing(string what, int server, List<ClientTools> found) => new(
        $"{what}; on this machine: "
            + (found.Count == 0 ? "none" : string.Join(", ", found.Select(tools => $"{tools.Major} in {tools.Folder}")))
            + $". Install PostgreSQL {server}'s client (Debian: apt-get install postgresql-client-{server}; "
            + $"macOS: brew install postgresql@{server}), or set RLSCHAT_POSTGRES_BIN to its folder.");

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
