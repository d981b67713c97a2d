using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Database;
using RlsChat.Database.Explaining;
using RlsChat.Tests.Rls.Fixtures;
using Kind = RlsChat.Database.Explaining.Command;

namespace RlsChat.Tests.Rls.Explaining;

/// <summary>
/// Puts statements of the access matrices to <c>make why</c>. A statement can be asked if it reads, updates or deletes
/// by the values of columns, or inserts one row of values: no merge, no upsert, none without a WHERE.
/// </summary>
internal static partial class Agreement
{
    /// <summary>Whether every cell is asked: make test-rls WHY=1.</summary>
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("RLSCHAT_TEST_WHY") is { Length: > 0 };

    /// <summary>How the explanation of a statement differs from its outcome, or null.</summary>
    public static async Task<string?> Contradiction(Db db, string who, string sql, string outcome)
    {
        var explanation = await Explain(db, who, sql);
        Cells.CountExplained(explanation is not null);
        if (explanation is null)
        {
            return null;
        }

        var verdict = explanation.Verdict switch
        {
            Verdict.Absent => "hidden",
            Verdict.Failed => explanation.Code!,
            var other => other.ToString().ToLowerInvariant(),
        };
        return verdict == outcome && explanation.IsConsistent ? null : $"was {outcome}, and make why says: {Text(explanation)}";
    }

    /// <summary>The question and answer of make why, on a new line; nothing if the statement cannot be asked.</summary>
    public static async Task<string> Reason(Db db, string who, string sql)
    {
        try
        {
            return await Explain(db, who, sql) is { } explanation ? $"\n  {Command(who, explanation.Question)}\n  {Report.Line(explanation)}" : "";
        }
        catch (NpgsqlException e)
        {
            return $"\n  make why cannot tell: {e.Message}";
        }
    }

    private static string Text(Explanation explanation) => string.Join('\n', Report.Details(explanation).Prepend(Report.Line(explanation)));

    // As one types it: of an insert, the row that is in SET.
    private static string Command(string who, Question question) =>
        $"make why AS={who} TABLE={question.Table} FOR={question.Command.ToString().ToLowerInvariant()}"
        + (question.Key.Count == 0 ? "" : $" ROW='{System.Text.Json.JsonSerializer.Serialize(question.Key)}'")
        + (question.Set is null ? "" : $" SET='{question.Set}'")
        + (question.Reads is { Count: > 0 } reads ? $" RETURNING='{string.Join(',', reads)}'" : "");

    private static async Task<Explanation?> Explain(Db db, string who, string sql)
    {
        if (await Ask(db, who, db.Resolve(sql).Trim()) is not { } question)
        {
            return null;
        }

        try
        {
            return await Explainer.Explain(db.Connection, db.Caller(who), question);
        }
        catch (SetupException)
        {
            // A view, or several rows.
            return null;
        }
    }

    private static async Task<Question?> Ask(Db db, string who, string sql)
    {
        foreach (var (form, command) in new[] { (Select(), Kind.Select), (Insert(), Kind.Insert), (Update(), Kind.Update), (Delete(), Kind.Delete) })
        {
            if (form.Match(sql) is not { Success: true, Groups: var groups })
            {
                continue;
            }

            var table = groups["table"].Value.Trim('"');
            var types = await Types(db, table);
            var set = command == Kind.Insert
                ? [.. Split(groups["columns"].Value, ",").Zip(Split(groups["values"].Value, ","))]
                : Pairs(groups["set"].Value, ",");
            var key = Pairs(groups["where"].Value, "and");
            if (set is null || key is null || !set.Concat(key).All(pair => types.ContainsKey(pair.Item1.Trim('"'))))
            {
                return null;
            }

            var reads = groups["reads"] is { Success: true, Value: var columns } && columns.Trim() != "1" ? Split(columns, ",").ConvertAll(column => column.Trim('"')) : null;
            var of = $"""from public."{table}" where {groups["where"].Value}""";
            return await db.Undone(async () => await Values(db, who, types, set, of) is { } values && await Values(db, who, types, key, of) is { } keys
                ? new Question(table, command, Texts(keys), set.Count == 0 ? null : values, reads) : null);
        }

        return null;
    }

    private static Dictionary<string, string?> Texts(string json) =>
        System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value?.ToString());

    // As a JSON object: in the person's name or, where an expression reads the row, as the reader of all rows. Null if neither can.
    private static async Task<string?> Values(Db db, string who, Dictionary<string, string> types, List<(string, string)> pairs, string of)
    {
        var values = $"select jsonb_build_object({string.Join(", ", pairs.Select(pair => $"'{pair.Item1.Trim('"')}', ({pair.Item2})::{types[pair.Item1.Trim('"')]}"))})::text";
        await db.As(who);
        if (await db.Error(values) is null)
        {
            return await db.Ask<string?>(values);
        }

        await db.AsRole("rlschat_backup");
        return await db.Error($"{values} {of}") is null ? await db.Ask<string?>($"{values} {of} limit 1") : null;
    }

    private static async Task<Dictionary<string, string>> Types(Db db, string table) => (await db.List(
        $"select attname || ' ' || format_type(atttypid, atttypmod) from pg_attribute where attrelid = to_regclass('public.\"{table}\"') and attnum > 0"))
        .Select(line => line.Split(' ', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private static List<(string, string)>? Pairs(string text, string separator)
    {
        var pairs = Split(text, separator).ConvertAll(part => Pair().Match(part));
        return pairs.TrueForAll(pair => pair.Success) ? pairs.ConvertAll(pair => (pair.Groups[1].Value, pair.Groups[2].Value)) : null;
    }

    private static List<string> Split(string text, string separator)
    {
        var (pieces, start) = (new List<string>(), 0);
        foreach (var part in (SqlText.Parts(text) ?? []).Where(part => text[part] == separator))
        {
            pieces.Add(text[start..part.Start.Value].Trim());
            start = part.End.Value;
        }

        return text.Trim().Length == 0 ? [] : [.. pieces, text[start..].Trim()];
    }

    [GeneratedRegex("""^select (?<reads>\*|1|"\w+"(?:, "\w+")*) from public\.(?<table>"\w+"|\w+) where (?<where>.+)$""")]
    private static partial Regex Select();

    [GeneratedRegex("""^insert into public\.(?<table>"\w+"|\w+) \((?<columns>[^)]+)\)\s+values \((?<values>(?:(?!\bon conflict\b).)+?)\)(?: returning (?<reads>\*|"\w+"))?$""", RegexOptions.Singleline)]
    private static partial Regex Insert();

    [GeneratedRegex("""^update public\.(?<table>"\w+"|\w+) set (?<set>.+) where (?<where>(?:(?! returning ).)+)(?: returning (?<reads>\*|"\w+"))?$""")]
    private static partial Regex Update();

    [GeneratedRegex("""^delete from public\.(?<table>"\w+"|\w+) where (?<where>(?:(?! returning ).)+)(?: returning (?<reads>\*|"\w+"))?$""")]
    private static partial Regex Delete();

    [GeneratedRegex("""^("\w+") = (.+)$""", RegexOptions.Singleline)]
    private static partial Regex Pair();
}
