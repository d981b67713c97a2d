using Npgsql;

namespace RlsChat.Database;

/// <summary>The minor versions of PostgreSQL with a known hole in row-level security.</summary>
public static class ServerVersion
{
    // CVE-2026-120154: `insert … on conflict … where` shows a value of a hidden row. For the branches
    // without an entry we know no release that has the fix.
    private static readonly Dictionary<int, int> FirstWithFix = new() { [15] = 20 };

    /// <summary>What speaks against the server that a connection is to; empty when nothing is known.</summary>
    public static IEnumerable<Finding> Check(NpgsqlConnection connection) => Check(connection.PostgreSqlVersion);

    /// <summary>The same of a version, such as 15.20.</summary>
    public static IEnumerable<Finding> Check(Version version)
    {
        if (FirstWithFix.TryGetValue(version.Major, out var minor))
        {
            if (version.Minor < minor)
            {
                yield return Hole(version, $"update the server to {version.Major}.{minor} or later");
            }
        }
        else if (version.Major == 18 && version.Minor <= 4)
        {
            yield return Hole(version, "update the server to the first 18 release whose notes name CVE-2026-120154");
        }
        else if (version.Major is 16 or 17)
        {
            yield return new Finding(
                "server", $"PostgreSQL {version.Major}.{version.Minor}",
                "may let insert … on conflict … where show a hidden row's value (CVE-2026-120154)",
                "see that the server's release notes name it: which release of this branch has the fix is not known here");
        }
        else if (version.Major < 15)
        {
            yield return new Finding(
                "server", $"PostgreSQL {version.Major}", "is older than this system supports", "use PostgreSQL 15 to 18");
        }
    }

    private static Finding Hole(Version version, string remedy) => new(
        "server", $"PostgreSQL {version.Major}.{version.Minor}",
        "lets insert … on conflict … where show a hidden row's value (CVE-2026-120154)", remedy);
}
