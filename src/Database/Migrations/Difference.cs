namespace RlsChat.Database;

/// <summary>A part of an object that is not as the last migration left it.</summary>
/// <param name="Part">For example <c>using</c>, <c>with check</c>, <c>grants</c>, <c>body</c>.</param>
/// <param name="Expected">What the migration left, as PostgreSQL prints it; null: nothing.</param>
/// <param name="Installed">What there is now; null: nothing.</param>
public sealed record Difference(string Part, string? Expected, string? Installed)
{
    /// <summary>The lines that differ: with "-" those that were expected, with "+" those that are installed.</summary>
    public override string ToString()
    {
        var (expected, installed) = (Lines(Expected), Lines(Installed));
        var before = Same(expected, installed);
        var after = Same(expected[before..].Reverse(), installed[before..].Reverse());
        return string.Join(Environment.NewLine,
        [
            Part,
            .. expected[before..^after].Select(line => $"  - {line}"),
            .. installed[before..^after].Select(line => $"  + {line}"),
        ]);
    }

    private static int Same(IEnumerable<string> left, IEnumerable<string> right) =>
        left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();

    private static string[] Lines(string? text) => text?.Split('\n') ?? [];
}
