using System.Text.Json.Serialization;

namespace RlsChat.Database;

/// <summary>What <c>db-check</c> finds.</summary>
/// <param name="Rule">The rule that is broken.</param>
/// <param name="Subject">By what.</param>
/// <param name="Problem">How.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="IsNote">Whether only a superuser could change it; a note fails no check.</param>
public sealed record Finding(
    string Rule,
    [property: JsonPropertyName("object")] string Subject,
    [property: JsonPropertyName("finding")] string Problem,
    string Remedy,
    bool IsNote = false)
{
    /// <summary>What differs from the last migration, part by part; of a finding of drift.</summary>
    public IReadOnlyList<Difference> Differences { get; init; } = [];

    /// <summary>The finding in one line, and the differences below it.</summary>
    public override string ToString() => string.Join(
        $"{Environment.NewLine}    ",
        [
            $"{(IsNote ? "note: " : "")}{Subject} {Problem} → {Remedy} [{Rule}]",
            .. Differences.SelectMany(difference => difference.ToString().Split(Environment.NewLine)),
        ]);
}
