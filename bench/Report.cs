using System.Text.Json;
using System.Text.Json.Serialization;

namespace RlsChat.Bench;

/// <summary>What was measured of one side: medians of its turns.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Side">The side.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="P50">Microseconds.</param>
/// <param name="P99">Microseconds.</param>
/// <param name="Ratio">First quartile, median and third quartile of the rounds' ratios of time to the first side.</param>
/// <param name="Errors">Failed requests; one is too many.</param>
/// <param name="GaveUp">Whether it took longer than the limit, which the figures then stand for.</param>
internal sealed record Row(string Question, string Side, double Rate, double P50, double P99, double[] Ratio, long Errors, bool GaveUp);

/// <summary>The figures of one comparison: a table on the terminal, and a file of JSON.</summary>
internal sealed class Report(string comparison, string machine)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string Comparison => comparison;

    public List<Row> Rows { get; } = [];

    /// <summary>Other figures, by what they are.</summary>
    public Dictionary<string, double> Figures { get; } = [];

    /// <summary>What was wrong: a run with any fails.</summary>
    public List<string> Wrong { get; } = [];

    public void Add(Row row)
    {
        Rows.Add(row);
        if (row.Errors > 0)
        {
            Wrong.Add($"{row.Question}, {row.Side}: {row.Errors} errors");
        }
    }

    /// <summary>Two answers that must be the same.</summary>
    public void Same<T>(string what, IEnumerable<T> expected, IEnumerable<T> seen)
    {
        if (!expected.SequenceEqual(seen))
        {
            Wrong.Add($"{what}: another answer than expected");
        }
    }

    public void Print()
    {
        Console.WriteLine($"""

            ## {comparison} ({machine})

            """);
        if (Rows.Count > 0)
        {
            var (question, side) = (Rows.Max(row => row.Question.Length), Rows.Max(row => row.Side.Length));
            Console.WriteLine($"""
                | {"".PadRight(question)} | {"".PadRight(side)} |  a second |   p50 µs |   p99 µs | takes, to the first | middle half of rounds |
                | {":".PadRight(question, '-')} | {":".PadRight(side, '-')} | --------: | -------: | -------: | ------------------: | --------------------: |
                """);
            foreach (var row in Rows)
            {
                var more = row.GaveUp ? "> " : "";
                Console.WriteLine(
                    $"| {row.Question.PadRight(question)} | {row.Side.PadRight(side)} | {row.Rate,9:n0} | {row.P50,8:n0} | {row.P99,8:n0} "
                    + $"| {$"{more}{row.Ratio[1]:n2}",19} | {$"{row.Ratio[0]:n2} to {row.Ratio[2]:n2}",21} |");
            }
        }

        foreach (var (name, value) in Figures)
        {
            Console.WriteLine($"- {name}: {value:n1}");
        }

        Wrong.ForEach(wrong => Console.WriteLine($"WRONG: {wrong}"));
        var file = Path.Combine(Program.Folder, $"{comparison}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(
            new { comparison, machine, at = DateTime.UtcNow, rounds = Program.Rounds, seconds = Program.Seconds, rows = Rows, figures = Figures, wrong = Wrong }, Options));
    }
}
