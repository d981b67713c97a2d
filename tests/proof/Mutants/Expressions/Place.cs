namespace RlsChat.Tests.Mutants.Expressions;

/// <summary>What a condition decides where it stands.</summary>
internal enum PlaceKind
{
    /// <summary>A policy or a constraint: true lets it through.</summary>
    Rule,

    /// <summary>WHERE: true lets a row through.</summary>
    Where,

    /// <summary>JOIN … ON.</summary>
    On,

    /// <summary>IF … THEN RAISE or RETURN: true stops.</summary>
    Guard,

    /// <summary>What a function returns, or a column of a SELECT.</summary>
    Answer,
}

/// <summary>Where a condition stands in an SQL text: [Start, End).</summary>
internal readonly record struct Place(PlaceKind Kind, int Start, int End)
{
    private static readonly string[] EndsWhere =
    [
        "group", "order", "limit", "offset", "for", "returning", "union", "except", "intersect", "having", "window",
        "loop", "then", "on", "where", ";",
    ];

    private static readonly string[] EndsOn = [.. EndsWhere, "join", "left", "right", "full", "inner", "cross"];

    private static readonly string[] EndsAnswer = [.. EndsWhere, "from", "into", ",", "as"];

    /// <summary>The conditions of a query or of a function's body, in their order.</summary>
    public static IEnumerable<Place> Of(string sql)
    {
        var tokens = Token.Of(sql);
        for (var i = 0; i < tokens.Count; i++)
        {
            foreach (var place in At(tokens, i))
            {
                yield return place;
            }
        }
    }

    private static IEnumerable<Place> At(IReadOnlyList<Token> tokens, int i)
    {
        var token = tokens[i];
        if (token.Is("where"))
        {
            return Until(PlaceKind.Where, tokens, i + 1, EndsWhere, out _);
        }

        if (token.Is("on") && i + 1 < tokens.Count && !tokens[i + 1].Is("conflict"))
        {
            return Until(PlaceKind.On, tokens, i + 1, EndsOn, out _);
        }

        if (token.IsOneOf("if", "elsif") && (i == 0 || !tokens[i - 1].Is("end")))
        {
            var guard = Until(PlaceKind.Guard, tokens, i + 1, ["then"], out var then);
            return then + 1 < tokens.Count && tokens[then + 1].IsOneOf("raise", "return") ? guard : [];
        }

        // What RETURN QUERY returns is a SELECT, which is found by itself.
        if (token.Is("return") && i + 1 < tokens.Count && !tokens[i + 1].IsOneOf("query", "next"))
        {
            return Until(PlaceKind.Answer, tokens, i + 1, [";"], out _);
        }

        return token.Is("select") ? Answers(tokens, i) : [];
    }

    private static IEnumerable<Place> Answers(IReadOnlyList<Token> tokens, int select)
    {
        var end = select;
        do
        {
            foreach (var answer in Until(PlaceKind.Answer, tokens, end + 1, EndsAnswer, out end))
            {
                yield return answer;
            }
        }
        while (end < tokens.Count && tokens[end].Is(","));
    }

    // Up to the first of those words that stands as deep as where it begins, or to where that depth ends.
    private static IEnumerable<Place> Until(
        PlaceKind kind, IReadOnlyList<Token> tokens, int first, ReadOnlySpan<string> words, out int end)
    {
        var cases = 0;
        for (end = first; end < tokens.Count && tokens[end].Depth >= tokens[first].Depth; end++)
        {
            if (tokens[end].Depth > tokens[first].Depth)
            {
                continue;
            }

            cases += tokens[end].Is("case") ? 1 : tokens[end].Is("end") ? -1 : 0;
            if (cases == 0 && tokens[end].IsOneOf(words) && !(tokens[end].Is("from") && tokens[end - 1].Is("distinct")))
            {
                break;
            }
        }

        return end > first ? [new Place(kind, tokens[first].Start, tokens[end - 1].End)] : [];
    }
}
