namespace RlsChat.Database.Explaining;

internal enum ExpressionKind
{
    Whole,
    And,
    Or,
    Not,
    Case,
}

/// <summary>
/// A condition of the catalogue as a tree. What is not certainly an AND, OR, NOT or CASE stays whole. The text of every
/// node can be evaluated by itself. The legs of a CASE alternate: condition, result, …, and the result of ELSE.
/// </summary>
internal sealed record Expression(ExpressionKind Kind, string Text, IReadOnlyList<Expression> Legs)
{
    public static Expression Parse(string text)
    {
        text = text.Trim();
        var parts = SqlText.Parts(text);
        while (parts is [var only] && text[only] is ['(', .. var inner, ')'])
        {
            var within = SqlText.Parts(inner);
            if (within is null or [] || inner[within[0]] is "SELECT" or "WITH" or "VALUES")
            {
                return Whole(text);
            }

            (text, parts) = (inner.Trim(), SqlText.Parts(inner.Trim()));
        }

        return parts is null or [] ? Whole(text)
            : parts.Exists(part => text[part] is "BETWEEN" or "SELECT" or "OVER") ? Whole(text)
            : Joined(text, parts, "OR", ExpressionKind.Or) ?? Joined(text, parts, "AND", ExpressionKind.And)
                ?? Negated(text, parts) ?? Chosen(text, parts) ?? Whole(text);
    }

    /// <summary>This node and those below it.</summary>
    public IEnumerable<Expression> All() => Legs.SelectMany(leg => leg.All()).Prepend(this);

    private static Expression Whole(string text) => new(ExpressionKind.Whole, text, []);

    // AND binds more tightly than OR, so an OR is split first.
    private static Expression? Joined(string text, List<Range> parts, string word, ExpressionKind kind)
    {
        var words = parts.FindAll(part => text[part] == word);
        if (words.Count == 0)
        {
            return null;
        }

        var legs = new List<Expression>();
        var start = 0;
        foreach (var part in words.Append(text.Length..text.Length))
        {
            var leg = text[start..part.Start.Value].Trim();
            if (leg.Length == 0)
            {
                return null;
            }

            legs.Add(Parse(leg));
            start = part.End.Value;
        }

        return new Expression(kind, text, legs);
    }

    private static Expression? Negated(string text, List<Range> parts) =>
        parts.Count > 1 && text[parts[0]] is "NOT" ? new Expression(ExpressionKind.Not, text, [Parse(text[parts[1].Start..])]) : null;

    // Only CASE WHEN condition: CASE value WHEN value stays whole.
    private static Expression? Chosen(string text, List<Range> parts)
    {
        if (parts is not [var only] || text[only] is not ['C', 'A', 'S', 'E', .. var inner, 'E', 'N', 'D'])
        {
            return null;
        }

        var within = SqlText.Parts(inner);
        if (within is null or [] || inner[within[0]] is not "WHEN")
        {
            return null;
        }

        var words = within.FindAll(part => inner[part] is "WHEN" or "THEN" or "ELSE");
        var legs = words.Select((part, i) =>
            Parse(inner[part.End.Value..(i + 1 < words.Count ? words[i + 1].Start.Value : inner.Length)])).ToList();
        var expected = words.Select((part, i) => inner[part] == (i % 2 == 1 ? "THEN" : i == words.Count - 1 && i > 0 ? "ELSE" : "WHEN"));
        return expected.All(isSo => isSo) && legs.TrueForAll(leg => leg.Text.Length > 0) ? new Expression(ExpressionKind.Case, text, legs) : null;
    }
}
