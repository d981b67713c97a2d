using Npgsql;
using Xunit.Sdk;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// An access matrix as aligned text: a line of verbs, then a line a person, each cell one of
/// yes (it happened), hidden (no such row, as far as they can tell) and denied (error 42501), or the
/// SQLSTATE of another error that the contract names ("RC003").
/// Each cell is a test of its own, named after its row, person and verb.
/// </summary>
public static class Matrix
{
    private static readonly char[] Blank = [' ', '\n', '\r'];

    /// <summary>The cells of a matrix: what it is about, who, does what, and what comes of it.</summary>
    public static TheoryData<string, string, string, string> Of(params (string Row, string Text)[] tables)
    {
        var cells = new TheoryData<string, string, string, string>();
        foreach (var (row, text) in tables)
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var verbs = lines[0].Split(Blank, StringSplitOptions.RemoveEmptyEntries)[1..];
            foreach (var line in lines[1..])
            {
                var words = line.Split(Blank, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length != verbs.Length + 1)
                {
                    throw new FormatException($"{row}: {words[0]} has {words.Length - 1} cells for {verbs.Length} verbs");
                }

                for (var i = 0; i < verbs.Length; i++)
                {
                    cells.Add(row, words[0], verbs[i], words[i + 1]);
                }
            }
        }

        return cells;
    }

    /// <summary>
    /// Checks one cell. A reading verb ("select … from …") is a yes when it finds rows. Of any other
    /// the truth is asked, as <c>rlschat_backup</c>: a yes when what <paramref name="truth"/> selects has changed.
    /// </summary>
    public static async Task Check(Db db, string row, string who, string verb, string expected, string sql, string truth)
    {
        Cells.Count();
        if (!Known(expected))
        {
            throw new FormatException($"{row}: \"{expected}\" is no outcome");
        }

        var outcome = await db.Undone(() => Named(db, who, sql, truth));
        if (!outcome.Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new XunitException($"{row}: \"{verb}\" by {who} should be {expected} and was {outcome}: {sql}");
        }
    }

    private static async Task<string> Named(Db db, string who, string sql, string truth)
    {
        try
        {
            return (await Outcome(db, who, sql, truth)).ToString();
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
    }

    private static async Task<Outcome> Outcome(Db db, string who, string sql, string truth)
    {
        var reads = sql.StartsWith("select", StringComparison.Ordinal) && sql.Contains(" from ", StringComparison.Ordinal);
        var before = reads ? "" : await Truth(db, truth);
        await db.As(who);
        try
        {
            if (reads)
            {
                return (await db.List(sql)).Count > 0 ? Fixtures.Outcome.Yes : Fixtures.Outcome.Hidden;
            }

            await db.Do(sql);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return Fixtures.Outcome.Denied;
        }

        return await Truth(db, truth) == before ? Fixtures.Outcome.Hidden : Fixtures.Outcome.Yes;
    }

    private static bool Known(string outcome) =>
        outcome is "yes" or "hidden" or "denied" || (outcome.Length == 5 && outcome.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)));

    private static async Task<string> Truth(Db db, string truth)
    {
        await db.AsRole("rlschat_backup");
        return string.Join('\n', await db.List(truth));
    }
}
