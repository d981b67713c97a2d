namespace RlsChat.Database.Explaining;

/// <summary>
/// A sub-select from one table: <c>SELECT value FROM schema.table alias WHERE condition</c>. Another form is not followed.
/// </summary>
/// <param name="Value">What it selects.</param>
/// <param name="Table">The table, qualified.</param>
/// <param name="Alias">What its row is called.</param>
/// <param name="Where">Its condition.</param>
/// <param name="Sought">The column that is sought among the values, of <c>column IN (SELECT …)</c>.</param>
internal sealed record SubSelect(string Value, string Table, string Alias, string Where, string? Sought = null)
{
    private static readonly HashSet<string> OtherClauses =
        ["DISTINCT", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "LATERAL"];

    /// <summary>The outermost sub-selects of a text, as far as they have this form.</summary>
    public static IEnumerable<SubSelect> In(string text)
    {
        var outer = SqlText.Parts(text) ?? [];
        foreach (var part in outer)
        {
            if (text[part] is not ['(', .. var inner, ')'])
            {
                continue;
            }

            if (SqlText.Parts(inner) is [var first, ..] parts && inner[first] is "SELECT")
            {
                if (Parse(inner, parts) is { } select)
                {
                    var isSought = outer.Count == 3 && text[outer[1]] is "IN" && SqlText.IsName(text[outer[0]]);
                    yield return isSought ? select with { Sought = text[outer[0]] } : select;
                }
            }
            else
            {
                foreach (var nested in In(inner))
                {
                    yield return nested;
                }
            }
        }
    }

    /// <summary>The same, where the row that is asked about has that alias.</summary>
    public SubSelect Of(string row) => Sought is null ? this
        : this with { Where = $"({Where} AND ({Statements.Name(row)}.{Sought} = {Value}))", Sought = null };

    /// <summary>The columns of the table that the sub-select names.</summary>
    public IEnumerable<string> Columns()
    {
        var tokens = SqlText.Tokens($"{Value} {Where}").ToList();
        return Enumerable.Range(0, Math.Max(tokens.Count - 2, 0))
            .Where(i => SqlText.Unquoted(tokens[i]) == Alias && tokens[i + 1] == "." && (i == 0 || tokens[i - 1] != "."))
            .Select(i => SqlText.Unquoted(tokens[i + 2])).Distinct();
    }

    private static SubSelect? Parse(string text, List<Range> parts)
    {
        var (from, where) = (parts.FindIndex(part => text[part] is "FROM"), parts.FindIndex(part => text[part] is "WHERE"));
        if (from < 1 || parts.Exists(part => OtherClauses.Contains(text[part])))
        {
            return null;
        }

        var source = parts[(from + 1)..(where < 0 ? parts.Count : where)];
        if (source.Count is not (3 or 4) || text[source[1]] != "." || !source.Where((_, i) => i != 1).All(part => SqlText.IsName(text[part])))
        {
            return null;
        }

        // SELECT value AS name
        var named = parts.FindLastIndex(from, part => text[part] is "AS");
        var end = named > 0 ? named : from;
        return new SubSelect(
            end == 1 ? "" : text[parts[1].Start..parts[end].Start].Trim(),
            text[source[0].Start..source[2].End],
            SqlText.Unquoted(text[source[^1]]),
            where < 0 ? "true" : text[parts[where].End..].Trim());
    }
}
