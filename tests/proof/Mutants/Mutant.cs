namespace RlsChat.Tests.Mutants;

/// <summary>
/// One weakening of an installed database. <paramref name="Id"/> is the same at every run as long as the
/// object is; <paramref name="About"/> names the table or function whose tests come first.
/// </summary>
internal sealed record Mutant(string Id, string Kind, string About, string Weakening, params IReadOnlyList<string> Apply)
{
    /// <summary>What takes back what belongs to the server and not to the database (roles).</summary>
    public IReadOnlyList<string> Undo { get; init; } = [];
}
