using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>
/// What is known already, a line of JSON a verdict: an interrupted run goes on where it was. Each stands under a
/// hash of what it depends on (<see cref="Sources"/>), so none outlives a change.
/// </summary>
internal sealed class Results
{
    private readonly string file;
    private readonly string server;
    private readonly Sources sources;
    private readonly Dictionary<string, string> statements;
    private readonly Dictionary<string, Line> known = [];
    private readonly Dictionary<string, string> killers = [];
    private readonly Lock theLock = new();

    private sealed record Line(Verdict Verdict, string Key);

    public Results(Sources sources, string folder, string server, IReadOnlyList<Mutant> mutants)
    {
        Directory.CreateDirectory(folder);
        statements = mutants.ToDictionary(m => m.Id, m => Hash(string.Join('\n', m.Apply.Concat(m.Undo))));
        (this.sources, this.server, file) = (sources, server, Path.Combine(folder, "verdicts.jsonl"));
        foreach (var line in File.Exists(file) ? File.ReadLines(file).Select(Parse).OfType<Line>() : [])
        {
            if (line.Verdict.Test is { } test)
            {
                killers[line.Verdict.Id] = test;
            }

            if (line.Key == Key(line.Verdict))
            {
                known[line.Verdict.Id] = line;
            }
        }
    }

    /// <summary>The verdict on a mutant, if there is one that still holds.</summary>
    public Verdict? this[string id]
    {
        get
        {
            lock (theLock)
            {
                return known.GetValueOrDefault(id)?.Verdict;
            }
        }
    }

    /// <summary>The test that killed it last, whatever has changed since: only a hint where to begin.</summary>
    public string? Killer(string id)
    {
        lock (theLock)
        {
            return killers.GetValueOrDefault(id);
        }
    }

    /// <summary>Keeps a verdict.</summary>
    public void Add(Verdict verdict)
    {
        lock (theLock)
        {
            var line = known[verdict.Id] = new Line(verdict, Key(verdict));
            File.AppendAllText(file, JsonSerializer.Serialize(line) + "\n");
        }
    }

    // A kill holds while the database, the mutant and the killing test are what they were; the other two while nothing changed.
    private string Key(Verdict verdict) =>
        $"{server} {sources.Hash(verdict.MutantOutcome == MutantOutcome.Killed ? verdict.Test : null)} {statements.GetValueOrDefault(verdict.Id)}";

    private static string Hash(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))[..16];

    // The last line of a run that was cut off may be half a line.
    private static Line? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
