using System.Text.RegularExpressions;

namespace RlsChat.Database;

/// <summary>A statement of an SQL file.</summary>
/// <param name="Sql">Its text, without comments before it and without the semicolon.</param>
/// <param name="Start">The offset of its text in the file.</param>
/// <param name="Words">Its words, in lower case where they are not quoted; the body of a function is one word.</param>
internal sealed partial record SqlStatement(string Sql, int Start, List<string> Words)
{
    /// <summary>The statements of a file. A semicolon ends one unless it is quoted, so no file says <c>begin atomic</c>.</summary>
    public static IEnumerable<SqlStatement> Split(string sql)
    {
        var tokens = new List<Match>();
        foreach (var match in Token().Matches(sql).Where(match => !match.Groups["space"].Success))
        {
            if (match.Value != ";")
            {
                tokens.Add(match);
            }
            else if (tokens.Count > 0)
            {
                yield return Of(sql, tokens);
                tokens.Clear();
            }
        }

        if (tokens.Count > 0)
        {
            yield return Of(sql, tokens);
        }
    }

    private static SqlStatement Of(string sql, List<Match> tokens) => new(
        sql[tokens[0].Index..(tokens[^1].Index + tokens[^1].Length)], tokens[0].Index,
        [.. tokens.Select(token => token.ValueSpan[0] is '"' or '\'' or '$' ? token.Value : token.Value.ToLowerInvariant())]);

    [GeneratedRegex(
        """
        (?<space>\s+|--[^\n]*|/\*.*?\*/|\uFEFF)
        | "(?:[^"]|"")*"
        | e'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*'
        | \$(?<tag>\w*)\$.*?\$\k<tag>\$
        | [\w$]+ | := | =>
        | .
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
