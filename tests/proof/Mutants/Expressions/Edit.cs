using System.Text.RegularExpressions;

namespace RlsChat.Tests.Mutants.Expressions;

/// <summary>One change of a text: [Start, End) is replaced. Its name says what kind of change, and where.</summary>
internal sealed partial record Edit(string Kind, string Name, int Start, int End, string Replacement)
{
    public const string Dropped = "conjunct dropped";
    public const string Swapped = "and/or swapped";
    public const string Negated = "negated";
    public const string GuardDropped = "guard dropped";

    /// <summary>The text with the change in it.</summary>
    public string Of(string sql) => sql[..Start] + Replacement + sql[End..];

    /// <summary>What was there and what is there now, in one line.</summary>
    public string Describe(string sql) => $"{OneLine(sql[Start..End])}  ->  {(Replacement.Length == 0 ? "nothing" : OneLine(Replacement))}";

    /// <summary>The weakened forms of an expression that is a condition as a whole.</summary>
    public static IEnumerable<Edit> OfRule(string sql)
    {
        var whole = new Place(PlaceKind.Rule, 0, sql.Length);
        return Of(sql, whole, "").Concat(Place.Of(sql).Where(p => p.Kind != PlaceKind.Answer)
            .SelectMany((place, n) => Of(sql, place, $"{Word(place)} {n + 1} ")));
    }

    /// <summary>The weakened forms of a query or of a function's body: its conditions, row locks and calls that may raise.</summary>
    public static IEnumerable<Edit> OfBody(string sql) =>
    [
        .. Place.Of(sql).GroupBy(p => p.Kind).SelectMany(kind => kind.SelectMany((place, n) => Of(sql, place, $"{Word(place)} {n + 1} "))),
        .. Locks.Of(sql),
    ];

    private static IEnumerable<Edit> Of(string sql, Place place, string where)
    {
        var condition = Condition.Parse(sql, place.Start, place.End);
        if (place.Kind == PlaceKind.Guard)
        {
            yield return new Edit(GuardDropped, $"{where}dropped", place.Start, place.End, "false");
        }
        else if (place.Kind == PlaceKind.Where && condition is not Condition.Junction { IsAnd: true }
            && !sql[place.Start..place.End].Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            yield return new Edit(Dropped, $"{where}true", place.Start, place.End, "true");
        }
        else if (place.Kind == PlaceKind.Rule)
        {
            yield return new Edit(Negated, $"{where}negated", place.Start, place.End, $"not ({sql[place.Start..place.End]})");
        }

        var n = 0;
        foreach (var (part, isPositive) in Signed(condition, place.Kind != PlaceKind.Guard))
        {
            n++;
            if (part is Condition.Not not && part != condition)
            {
                yield return new Edit(Negated, $"{where}{n} not dropped", not.Start, not.End, sql[not.Of.Start..not.Of.End]);
            }
            else if (part is Condition.Junction junction)
            {
                var operands = junction.Operands.Select(o => sql[o.Start..o.End]).ToList();
                yield return new Edit(Swapped, $"{where}{n} swapped", junction.Start, junction.End,
                    $"({string.Join(junction.IsAnd ? " or " : " and ", operands.Select(o => $"({o})"))})");
                // Fewer conjuncts let more through; where true stops, fewer alternatives do.
                for (var i = 0; i < operands.Count && junction.IsAnd == isPositive; i++)
                {
                    yield return new Edit(Dropped, $"{where}{n} without {i + 1}", junction.Start, junction.End,
                        $"({string.Join(junction.IsAnd ? " and " : " or ", operands.Where((_, other) => other != i))})");
                }
            }
        }
    }

    // Each part, with whether its being true lets through.
    private static IEnumerable<(Condition Part, bool IsPositive)> Signed(Condition condition, bool isPositive) => condition switch
    {
        Condition.Not not => Signed(not.Of, !isPositive).Prepend((not, isPositive)),
        Condition.Junction junction => junction.Operands.SelectMany(o => Signed(o, isPositive)).Prepend((junction, isPositive)),
        _ => [(condition, isPositive)],
    };

    private static string Word(Place place) => place.Kind.ToString().ToLowerInvariant();

    private static string OneLine(string sql) => Blank().Replace(sql, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
