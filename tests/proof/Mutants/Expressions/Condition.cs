namespace RlsChat.Tests.Mutants.Expressions;

/// <summary>A condition taken apart at its NOT, AND and OR; [Start, End) is where it stands in the text.</summary>
internal abstract record Condition(int Start, int End)
{
    /// <summary>Takes apart what stands between two places of an SQL text.</summary>
    public static Condition Parse(string sql, int start, int end) =>
        new Parser([.. Token.Of(sql).Where(t => t.Start >= start && t.End <= end)]).Whole();

    /// <summary>The condition that a text is.</summary>
    public static Condition Parse(string sql) => Parse(sql, 0, sql.Length);

    /// <summary>It and every condition in it.</summary>
    public IEnumerable<Condition> All() => Parts.SelectMany(p => p.All()).Prepend(this);

    protected virtual IEnumerable<Condition> Parts => [];

    /// <summary>Something without NOT, AND or OR of its own: a comparison, a call, a sub-select.</summary>
    internal sealed record Leaf(int Start, int End) : Condition(Start, End);

    /// <summary>NOT of another.</summary>
    internal sealed record Not(int Start, int End, Condition Of) : Condition(Start, End)
    {
        protected override IEnumerable<Condition> Parts => [Of];
    }

    /// <summary>Two or more, joined by AND, or by OR.</summary>
    internal sealed record Junction(int Start, int End, bool IsAnd, IReadOnlyList<Condition> Operands) : Condition(Start, End)
    {
        protected override IEnumerable<Condition> Parts => Operands;
    }

    private sealed class Parser(IReadOnlyList<Token> tokens)
    {
        private int at;

        public Condition Whole()
        {
            var whole = Or(tokens.Count);
            return at == tokens.Count ? whole : throw new FormatException($"\"{tokens[at].Text}\" was not expected");
        }

        private Condition Or(int end) => Joined(end, isAnd: false);

        private Condition Joined(int end, bool isAnd)
        {
            var operands = new List<Condition> { isAnd ? Negation(end) : Joined(end, isAnd: true) };
            while (at < end && tokens[at].Is(isAnd ? "and" : "or"))
            {
                at++;
                operands.Add(isAnd ? Negation(end) : Joined(end, isAnd: true));
            }

            return operands is [var only] ? only : new Junction(operands[0].Start, operands[^1].End, isAnd, operands);
        }

        private Condition Negation(int end)
        {
            if (at < end && tokens[at].Is("not"))
            {
                var start = tokens[at++].Start;
                var of = Negation(end);
                return new Not(start, of.End, of);
            }

            return Primary(end);
        }

        private Condition Primary(int end)
        {
            var first = at;
            for (int cases = 0, betweens = 0; at < end; at++)
            {
                var token = tokens[at];
                if (token.Depth > tokens[first].Depth)
                {
                    continue;
                }

                cases += token.Is("case") ? 1 : token.Is("end") ? -1 : 0;
                betweens += token.Is("between") ? 1 : 0;
                if (cases == 0 && token.Is("and") && betweens > 0)
                {
                    betweens--;
                }
                else if (cases == 0 && token.IsOneOf("and", "or"))
                {
                    break;
                }
            }

            if (at == first)
            {
                throw new FormatException("a condition is missing");
            }

            return Inside(first, at) ?? new Leaf(tokens[first].Start, tokens[at - 1].End);
        }

        // What the parentheses around all of it hold, when that is a condition; they count as its own.
        private Condition? Inside(int first, int end)
        {
            var inner = tokens[first].Depth + 1;
            if (!tokens[first].Is("(") || end - first < 3 || !tokens[end - 1].Is(")")
                || tokens[first + 1].IsOneOf("select", "with", "values")
                || Enumerable.Range(first + 1, end - first - 2).Any(i =>
                    tokens[i].Depth < inner || (tokens[i].Depth == inner && tokens[i].Is(","))))
            {
                return null;
            }

            var after = at;
            at = first + 1;
            var inside = Or(end - 1);
            at = after;
            return inside with { Start = tokens[first].Start, End = tokens[end - 1].End };
        }
    }
}
