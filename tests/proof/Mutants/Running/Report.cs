using System.Text.Json;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>
/// What came of a campaign. Killed counts tests of behaviour and rules over the catalogue, never the
/// fingerprints of db-check, which see any change.
/// </summary>
internal sealed class Report(
    string server, Options options, IReadOnlyList<Mutant> all, IReadOnlyList<Mutant> chosen, Results results,
    IReadOnlyDictionary<string, string> equivalents)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private sealed record Count(int Generated, int Run, int Killed, int Survived, int Equivalent, int Refused);

    /// <summary>Whether all that must be killed was, and nothing that is called equivalent.</summary>
    public bool IsGood => Survivors.Count == 0 && Mistaken.Count == 0 && Unknown.Count == 0
        && chosen.All(m => MutantOutcome(m) is not null and not Running.MutantOutcome.Undecided);

    private List<Mutant> Survivors => [.. chosen.Where(m => MutantOutcome(m) == Running.MutantOutcome.Survived && !equivalents.ContainsKey(m.Id))];

    private List<Mutant> Mistaken => [.. chosen.Where(m => MutantOutcome(m) == Running.MutantOutcome.Killed && equivalents.ContainsKey(m.Id))];

    private List<string> Unknown => [.. equivalents.Keys.Except(all.Select(m => m.Id))];

    public void Print()
    {
        Console.WriteLine($"\n{"",-34}{"generated",10}{"run",8}{"killed",8}{"survived",10}{"equivalent",12}{"refused",9}");
        foreach (var kind in all.GroupBy(m => m.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Line(kind.Key, Of(kind.Key));
        }

        Line("all", Of(null));
        Console.WriteLine($"killed by: {string.Join(", ", ByMeans().Select(m => $"{m.Key} {m.Value}"))}");
        Say("SURVIVED", Survivors.Select(m => $"{m.Id}\n    {m.Weakening}"));
        Say("KILLED, and listed as equivalent", Mistaken.Select(m => $"{m.Id}\n    by {results[m.Id]!.Test}"));
        Say("LISTED as equivalent, and no mutant", Unknown);
    }

    /// <summary>Writes the figures for docs/threat-model.md, and leaves them where a run of everything collects its own.</summary>
    public void Save(string file)
    {
        var all = Of(null);
        foreach (var (name, count) in new[]
            { ("generated", all.Generated), ("run", all.Run), ("killed", all.Killed), ("survived", all.Survived), ("equivalent", all.Equivalent), ("refused", all.Refused) })
        {
            Figures.Add($"mutants.{name}", count);
        }

        File.WriteAllText(file, Json());
    }

    private string Json() => JsonSerializer.Serialize(
        new
        {
            Server = server,
            options.Sample,
            Seed = options.Sample is null ? (int?)null : options.Seed,
            options.Only,
            All = Of(null),
            ByKind = all.Select(m => m.Kind).Distinct().Order(StringComparer.Ordinal).ToDictionary(kind => kind, Of),
            ByMeans = ByMeans(),
            Survivors = Survivors.Select(m => m.Id),
        },
        Indented);

    private Count Of(string? kind)
    {
        var mine = chosen.Where(m => kind is null || m.Kind == kind).ToList();
        int Those(MutantOutcome fate, bool isEquivalent) => mine.Count(m => MutantOutcome(m) == fate && equivalents.ContainsKey(m.Id) == isEquivalent);
        return new Count(
            all.Count(m => kind is null || m.Kind == kind), mine.Count(m => MutantOutcome(m) is not null and not Running.MutantOutcome.Undecided),
            Those(Running.MutantOutcome.Killed, false), Those(Running.MutantOutcome.Survived, false), Those(Running.MutantOutcome.Survived, true),
            mine.Count(m => MutantOutcome(m) == Running.MutantOutcome.Refused));
    }

    private SortedDictionary<string, int> ByMeans() => new(
        chosen.Select(m => results[m.Id]).OfType<Verdict>().Where(v => v is { MutantOutcome: Running.MutantOutcome.Killed, Test: not null })
            .CountBy(v => Means.Of(v.Test!)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    private MutantOutcome? MutantOutcome(Mutant mutant) => results[mutant.Id]?.MutantOutcome;

    private static void Line(string name, Count c) =>
        Console.WriteLine($"{name,-34}{c.Generated,10}{c.Run,8}{c.Killed,8}{c.Survived,10}{c.Equivalent,12}{c.Refused,9}");

    private static void Say(string title, IEnumerable<string> lines)
    {
        if (lines.ToList() is { Count: > 0 } some)
        {
            Console.WriteLine($"\n{title}:\n  {string.Join("\n  ", some)}");
        }
    }
}
