using System.Collections.Concurrent;
using System.Diagnostics;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>Tries all mutants, or a sample, with several workers, and says what came of them.</summary>
internal static class Campaign
{
    // As many equivalents at once as are hardly ever red for anything else.
    private const int Together = 24;

    /// <summary>Prints the mutants that there are.</summary>
    public static async Task<int> List(Options options)
    {
        await using var worker = await WorkerProcess.Start();
        foreach (var mutant in Chosen(worker.Hello.Mutants, options, new HashSet<string>()))
        {
            Console.WriteLine($"{mutant.Id}\n    {mutant.Kind}: {mutant.Weakening}");
        }

        return 0;
    }

    /// <summary>0 when every mutant was killed or is equivalent and was not; 1 otherwise.</summary>
    public static async Task<int> Run(Options options)
    {
        var equivalents = Equivalents.Read(Path.Combine(Sources.Root, "tests/proof/Mutants/equivalent.txt"));
        var first = await WorkerProcess.Start();
        var all = first.Hello.Mutants;
        var chosen = Chosen(all, options, equivalents.Keys.ToHashSet());
        var results = new Results(new Sources(), Path.Combine(Sources.Root, ".data/mutants"), first.Hello.Server, all);
        Console.WriteLine($"{all.Count} mutants, {chosen.Length} to try; {first.Hello.Server}");

        // The nearest tests for all of them first: they kill most, in a second each. Then all tests for the rest.
        var crew = new WorkerProcess?[options.Workers];
        crew[0] = first;
        foreach (var isNearOnly in options.IsNearOnly ? [true] : new[] { true, false })
        {
            Mutant[] left = [.. chosen.Where(m => results[m.Id] is null or { MutantOutcome: MutantOutcome.Undecided } && !(isNearOnly && (equivalents.ContainsKey(m.Id) || results[m.Id] is not null)))];
            var progress = new Progress(chosen.Length, chosen.Length - left.Length);
            var work = new ConcurrentQueue<IReadOnlyList<Mutant>>(Batches(left, equivalents));
            Console.WriteLine($"{left.Length} left, {(isNearOnly ? "by the nearest tests" : "by all tests")}, in {work.Count} steps");
            await Task.WhenAll(Enumerable.Range(0, crew.Length).Select(async n => crew[n] = await Work(crew[n], work, results, progress, isNearOnly)));
        }

        foreach (var worker in crew.OfType<WorkerProcess>())
        {
            await worker.DisposeAsync();
        }

        var report = new Report(first.Hello.Server, options, all, chosen, results, equivalents);
        report.Print();
        report.Save(Path.Combine(Sources.Root, ".data/mutants.json"));
        return report.IsGood ? 0 : 1;
    }

    private static async Task<WorkerProcess?> Work(
        WorkerProcess? worker, ConcurrentQueue<IReadOnlyList<Mutant>> work, Results results, Progress progress, bool isNearOnly)
    {
        await Task.Yield();
        while (work.TryDequeue(out var batch))
        {
            worker ??= await WorkerProcess.Start();
            var watch = Stopwatch.StartNew();
            var verdict = await worker.Try([.. batch.Select(m => m.Id)], results.Killer(batch[0].Id), isNearOnly);
            if (!worker.IsAlive || verdict is null)
            {
                await worker.DisposeAsync();
                worker = null;
            }

            if (verdict is null)
            {
                throw new InvalidOperationException($"a worker ended at \"{batch[0].Id}\"");
            }

            if (batch.Count > 1 && verdict.MutantOutcome != MutantOutcome.Survived)
            {
                // One of them is not what it is said to be: which?
                var half = batch.Count / 2;
                work.Enqueue([.. batch.Take(half)]);
                work.Enqueue([.. batch.Skip(half)]);
                continue;
            }

            foreach (var mutant in batch)
            {
                results.Add(verdict with { Id = mutant.Id, Seconds = verdict.Seconds / batch.Count });
                progress.Say(mutant, verdict);
            }
        }

        return worker;
    }

    // Equivalents cost a whole run of the tests each, so they are tried many together: no two of one object.
    private static IEnumerable<IReadOnlyList<Mutant>> Batches(IReadOnlyList<Mutant> mutants, IReadOnlyDictionary<string, string> equivalents) =>
    [
        .. mutants.Where(m => !equivalents.ContainsKey(m.Id)).Select(m => (IReadOnlyList<Mutant>)[m]),
        .. mutants.Where(m => equivalents.ContainsKey(m.Id))
            .GroupBy(m => m.Id[..m.Id.IndexOf(": ", StringComparison.Ordinal)])
            .SelectMany(g => g.Select((m, n) => (Mutant: m, Round: n)))
            .GroupBy(p => p.Round)
            .SelectMany(g => g.Select(p => p.Mutant).Chunk(Together)),
    ];

    // In any order but theirs, so that the time that is left can be told from the time so far. A sample is of
    // those that must be killed: equivalents are tried when all are.
    private static Mutant[] Chosen(IReadOnlyList<Mutant> all, Options options, HashSet<string> equivalents)
    {
        Mutant[] named = [.. all.Where(options.Wants).OrderBy(m => m.Id, StringComparer.Ordinal)];
        Shuffle(named, options.Seed);
        return options.Sample is { } size ? [.. named.Where(m => !equivalents.Contains(m.Id)).Take(size)] : named;
    }

    // Written out (xorshift), so that a seed means the same sample whatever .NET does.
    private static void Shuffle(Mutant[] mutants, int seed)
    {
        var state = (ulong)seed * 0x9E3779B97F4A7C15UL + 1;
        for (var i = mutants.Length - 1; i > 0; i--)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var other = (int)(state % (ulong)(i + 1));
            (mutants[i], mutants[other]) = (mutants[other], mutants[i]);
        }
    }
}
