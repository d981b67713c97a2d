using System.Globalization;

namespace RlsChat.Tests.Mutants;

/// <summary>What the command line asks for: --sample 150 --seed 7 --only "policy Chat|policy Vote" --workers 2 --depth near.</summary>
internal sealed record Options(int? Sample, int Seed, string? Only, int Workers, bool IsNearOnly)
{
    /// <summary>Whether it is one of those that were asked for by a part of their id or kind.</summary>
    public bool Wants(Mutant mutant) => Only is null || Only.Split('|').Any(part =>
        mutant.Id.Contains(part, StringComparison.Ordinal) || mutant.Kind.Contains(part, StringComparison.Ordinal));

    public static Options Parse(IEnumerable<string> arguments)
    {
        var options = new Options(null, 1, null, Environment.ProcessorCount, false);
        foreach (var pair in arguments.Chunk(2))
        {
            options = pair switch
            {
                ["--sample", var n] => options with { Sample = Number(n) },
                ["--seed", var n] => options with { Seed = Number(n) },
                ["--only", var text] => options with { Only = text },
                // The nearest tests alone, for a first look: what they do not kill is undecided.
                ["--depth", "near"] => options with { IsNearOnly = true },
                ["--workers", var n] => options with { Workers = Math.Max(1, Number(n)) },
                _ => throw new FormatException($"{pair[0]}: --sample, --seed, --only, --workers or --depth, each with a value"),
            };
        }

        return options;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"{text}: a whole number");
}
