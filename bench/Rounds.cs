namespace RlsChat.Bench;

/// <summary>What one side did in one turn.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="P50">The median latency, in microseconds.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="Errors">How many requests failed; they are not counted in the rate.</param>
/// <param name="GaveUp">Whether a single request took longer than the limit, to which the rate belongs.</param>
internal sealed record Turn(double Rate, double P50, double P99, long Errors = 0, bool GaveUp = false);

/// <summary>One of the sides that are compared.</summary>
/// <param name="Name">How the tables call it.</param>
/// <param name="Run">Measures it for some seconds.</param>
internal sealed record Side(string Name, Func<int, Task<Turn>> Run);

/// <summary>
/// All sides take turns, in another order each round, so that what else the machine does affects them alike. The first
/// side is the reference: a ratio is how many times as long a request takes as one of the reference in the same round.
/// A quick run measures four questions of each comparison.
/// </summary>
internal static class Rounds
{
    public static async Task Compare(Report report, string question, params Side[] sides)
    {
        if (Program.IsQuick && report.Rows.DistinctBy(row => row.Question).Count() == 4)
        {
            return;
        }

        var turns = sides.Select(_ => new List<Turn>()).ToArray();
        // Of the first round, which warms up, only the errors count.
        var warmUp = Program.IsQuick ? 0 : 1;
        for (var round = 0; round < warmUp + Program.Rounds; round++)
        {
            for (var place = 0; place < sides.Length; place++)
            {
                var side = (round + place) % sides.Length;
                turns[side].Add(turns[side] is [.., { GaveUp: true } last] ? last : await sides[side].Run(Program.Seconds));
            }

            Program.Say($"{report.Comparison}, {question}, round {round}: "
                + string.Join("  ", sides.Select((side, i) => $"{side.Name} {turns[i][^1].Rate:n0}/s")));
        }

        for (var side = 0; side < sides.Length; side++)
        {
            var counted = turns[side].Skip(warmUp).ToList();
            report.Add(new Row(
                question, sides[side].Name, Quantile(counted.Select(turn => turn.Rate), 0.5), Quantile(counted.Select(turn => turn.P50), 0.5),
                Quantile(counted.Select(turn => turn.P99), 0.5), Quartiles(turns[0].Skip(warmUp).Zip(counted, (first, turn) => first.Rate / turn.Rate)),
                turns[side].Sum(turn => turn.Errors), counted[^1].GaveUp));
        }
    }

    public static double[] Quartiles(IEnumerable<double> values) =>
        values.ToList() is var list ? [Quantile(list, 0.25), Quantile(list, 0.5), Quantile(list, 0.75)] : [];

    public static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var (low, high) = ((int)Math.Floor(place), (int)Math.Ceiling(place));
        return sorted.Length == 0 ? double.NaN : sorted[low] + ((sorted[high] - sorted[low]) * (place - low));
    }
}
