using Npgsql;
using RlsChat.Tests.Rls.Explaining;
using Xunit.Sdk;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// An access matrix as aligned text: a line of verbs, then a line a person, each cell one of
/// yes (it happened), hidden (no such row, as far as they can tell) and denied (error 42501), or the
/// SQLSTATE of another error that the contract names ("RC003"). A line may stand for all who have no line of
/// their own: "colleagues" in Acme, "strangers" outside it, "others" for both.
/// Each line is a test for each of its people.
/// </summary>
public static class Matrix
{
    /// <summary>The lines of a matrix of several rows: each is named by a line that ends in a colon, its people are indented.</summary>
    public static TheoryData<string, string, string, string> Of(string text)
    {
        var (tables, verbs) = (new List<(string Row, string Text)>(), "");
        foreach (var line in text.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)))
        {
            if (line.StartsWith("who ", StringComparison.Ordinal))
            {
                verbs = line;
            }
            else if (line[0] != ' ')
            {
                tables.Add((line.TrimEnd('\r', ':'), verbs));
            }
            else
            {
                tables[^1] = (tables[^1].Row, $"{tables[^1].Text}\n{line}");
            }
        }

        return Of([.. tables]);
    }

    /// <summary>The lines of a matrix: what it is about, who, does what, and what comes of each.</summary>
    public static TheoryData<string, string, string, string> Of(params (string Row, string Text)[] tables)
    {
        var lines = new TheoryData<string, string, string, string>();
        foreach (var (row, text) in tables)
        {
            var words = text.Split('\n').Select(line => line.Split((char[])[' ', '\r'], StringSplitOptions.RemoveEmptyEntries)).ToList();
            var named = words.Select(line => line[0]).ToHashSet();
            foreach (var line in words[1..])
            {
                if (line.Length != words[0].Length)
                {
                    throw new FormatException($"{row}: {line[0]} has {line.Length - 1} cells for {words[0].Length - 1} verbs");
                }

                foreach (var who in People.Group(line[0]).Where(who => who == line[0] || !named.Contains(who)))
                {
                    lines.Add(row, who, string.Join(' ', words[0][1..]), string.Join(' ', line[1..]));
                }
            }
        }

        return lines;
    }

    /// <summary>
    /// Checks the cells of one line, each undone before the next. A reading verb ("select … from …") is a yes when it
    /// finds rows. Of any other the truth is asked, as <c>rlschat_backup</c>: a yes when what <paramref name="truth"/>
    /// selects has changed.
    /// </summary>
    public static async Task Check(
        Db db, string row, string who, string verbs, string expected, IReadOnlyDictionary<string, string> statements, string truth)
    {
        var (wrong, before) = (new List<string>(), await Truth(db, truth));
        foreach (var (verb, outcome) in verbs.Split(' ').Zip(expected.Split(' ')))
        {
            Cells.Count();
            if (!Known(outcome))
            {
                throw new FormatException($"{row}: \"{outcome}\" is no outcome");
            }

            var found = await db.Undone(() => Outcome(db, who, statements[verb], truth, before));
            if (!found.Equals(outcome, StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"{row}: \"{verb}\" by {who} should be {outcome} and was {found}: {statements[verb]}{await Agreement.Reason(db, who, statements[verb])}");
            }
            else if (Agreement.IsAsked && await Agreement.Contradiction(db, who, statements[verb], found) is { } contradiction)
            {
                wrong.Add($"{row}: \"{verb}\" by {who}: {contradiction}");
            }
        }

        if (wrong.Count > 0)
        {
            throw new XunitException($"{string.Join('\n', wrong)}{RuleChange.Advice}");
        }
    }

    /// <summary>Checks one cell that stands in no table.</summary>
    public static Task Check(Db db, string row, string who, string verb, string expected, string sql, string truth) =>
        Check(db, row, who, verb, expected, new Dictionary<string, string> { [verb] = sql }, truth);

    private static async Task<string> Outcome(Db db, string who, string sql, string truth, string before)
    {
        await db.As(who);
        try
        {
            if (sql.StartsWith("select", StringComparison.Ordinal) && sql.Contains(" from ", StringComparison.Ordinal))
            {
                return (await db.List(sql)).Count > 0 ? "yes" : "hidden";
            }

            await db.Do(sql);
        }
        catch (PostgresException e)
        {
            return e.SqlState == PostgresErrorCodes.InsufficientPrivilege ? "denied" : e.SqlState;
        }

        return await Truth(db, truth) == before ? "hidden" : "yes";
    }

    private static bool Known(string outcome) =>
        outcome is "yes" or "hidden" or "denied" || (outcome.Length == 5 && outcome.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)));

    private static async Task<string> Truth(Db db, string truth) => string.Join('\n', await db.AsRole("rlschat_backup").List(truth));
}
