using Npgsql;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>Assertions about every person of the tests at once.</summary>
public static class Expect
{
    /// <summary>Everyone in turn tries each statement, and is denied: error 42501, whoever they are.</summary>
    public static async Task NobodyMay(Db db, params IEnumerable<string> statements)
    {
        foreach (var who in People.Everyone)
        {
            await db.As(who);
            foreach (var sql in statements)
            {
                Cells.Count();
                Assert.True(await db.Error(sql) == PostgresErrorCodes.InsufficientPrivilege, $"{who} should be denied: {sql}");
            }
        }
    }

    /// <summary>COPY … FROM knows no row security, so PostgreSQL refuses it (0A000) to whoever may insert at all.</summary>
    public static async Task NobodyCopiesInto(Db db, string table, string columns)
    {
        foreach (var who in People.Everyone)
        {
            Cells.Count();
            await db.As(who);
            Assert.Equal(
                who == People.Anonymous ? PostgresErrorCodes.InsufficientPrivilege : PostgresErrorCodes.FeatureNotSupported,
                await db.Error($"copy public.\"{table}\" ({columns}) from stdin"));
        }
    }

    /// <summary>
    /// What each person finds when they ask for everything, compared whole: a line a person, their name
    /// and then, after a colon, the names of what they see.
    /// </summary>
    public static async Task Seen(Db db, string sql, string expected)
    {
        var seen = new List<string>();
        foreach (var line in expected.Split('\n'))
        {
            var who = line[..line.IndexOf(':', StringComparison.Ordinal)].Trim();
            Cells.Count();
            await db.As(who);
            seen.Add($"{who}: {string.Join(", ", (await db.List(sql)).Order(StringComparer.Ordinal))}".TrimEnd());
        }

        Assert.Equal(expected, string.Join('\n', seen));
    }
}
