namespace RlsChat.Bench;

/// <summary>What was measured of one of the ways that take turns in <see cref="Live"/>.</summary>
internal sealed class LiveWay(string name)
{
    public string Name => name;

    /// <summary>Messages a second, of each turn.</summary>
    public List<double> Rates { get; } = [];

    /// <summary>The rates beside the first way's of the same round.</summary>
    public List<double> Ratios { get; } = [];

    /// <summary>Microseconds of a processor a message, of each turn, by part.</summary>
    public List<double[]> Shares { get; } = [];

    public static void Print(List<LiveWay> ways, string title, IEnumerable<string> parts)
    {
        Console.WriteLine($"""

            | {title} | messages/s | to without | from | to |
            | :-- | --: | --: | --: | --: |
            """);
        foreach (var way in ways)
        {
            Console.WriteLine($"| {way.Name} | {Figures.Of(way.Rates):n0} | {Figures.Of(way.Ratios):n2} | {way.Ratios.Min():n2} | {way.Ratios.Max():n2} |");
        }

        Console.WriteLine($"""

            | µs of a processor a message | {string.Join(" | ", ways.Select(way => way.Name))} |
            | :-- | {string.Join(" | ", ways.Select(_ => "--:"))} |
            """);
        foreach (var (part, place) in parts.Select((part, place) => (part, place)))
        {
            Row(part, share => share[place]);
        }

        Row("together", share => share.Sum());

        void Row(string part, Func<double[], double> value) =>
            Console.WriteLine($"| {part} | {string.Join(" | ", ways.Select(way => $"{Figures.Of([.. way.Shares.Select(value)]):n0}"))} |");
    }
}
