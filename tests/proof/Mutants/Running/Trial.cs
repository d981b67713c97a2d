using RlsChat.Tests.Rls.Fixtures;
using Xunit.Sdk;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>What came of a mutant. Refused: PostgreSQL would not have it. Undecided: the nearest tests alone do not kill it.</summary>
internal enum MutantOutcome
{
    Killed,
    Survived,
    Refused,
    Undecided,
}

/// <summary>What came of a mutant, by which test, and what that said.</summary>
internal sealed record Verdict(string Id, MutantOutcome MutantOutcome, string? Test, string? Message, double Seconds);

/// <summary>
/// Tries mutants one after the other: each in a copy of one database, the tests up to the first that is red
/// there and green without the mutant.
/// </summary>
internal sealed class Trial(Suite suite, Func<Mutant, IReadOnlyList<TestClass>> order, Func<Mutant, IReadOnlyList<TestClass>> near, WorldDatabase original)
{
    private readonly Dictionary<string, IXunitTestCase> lastKillers = [];
    private readonly HashSet<string> green = [];
    private readonly HashSet<string> unreliable = [];

    public async Task<Verdict> Of(Mutant mutant, string? hint, bool isNearOnly = false)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Verdict Ends(MutantOutcome fate, Red? red = null, string? message = null) =>
            new(mutant.Id, fate, red?.Name, message ?? red?.Message, Math.Round(watch.Elapsed.TotalSeconds, 2));

        await using var databases = new WorldDatabases(original, mutant);
        Task<Red?> RedWith(IReadOnlyList<IXunitTestCase> tests, bool commits)
        {
            DatabaseFixture.Provider = () => databases.For(commits);
            return suite.Run(tests);
        }

        try
        {
            if (await databases.Refusal() is { } refusal)
            {
                return Ends(MutantOutcome.Refused, message: refusal);
            }

            foreach (var (tests, commits) in Turns(mutant, hint, isNearOnly))
            {
                for (var left = tests; left.Count > 0 && await RedWith(left, commits) is { } red; left = [.. left.Except([red.Test])])
                {
                    if (await IsGreenWithout(red.Test, databases))
                    {
                        lastKillers[mutant.About] = red.Test;
                        return Ends(MutantOutcome.Killed, red);
                    }
                }
            }

            return Ends(isNearOnly ? MutantOutcome.Undecided : MutantOutcome.Survived);
        }
        finally
        {
            await databases.Undo();
        }
    }

    // First the test that killed it in a run before, and the one that killed its neighbour.
    private IEnumerable<(IReadOnlyList<IXunitTestCase> Tests, bool Commits)> Turns(Mutant mutant, string? hint, bool isNearOnly)
    {
        var classes = order(mutant);
        foreach (var likely in new[] { classes.SelectMany(c => c.Tests).FirstOrDefault(t => t.DisplayName == hint), lastKillers.GetValueOrDefault(mutant.About) }
            .OfType<IXunitTestCase>().Distinct())
        {
            yield return ([likely], classes.First(c => c.Tests.Contains(likely)).Commits);
        }

        foreach (var c in isNearOnly ? near(mutant) : classes)
        {
            yield return (c.Tests, c.Commits);
        }
    }

    // A test that is red anyway has said nothing of the mutant.
    private async Task<bool> IsGreenWithout(IXunitTestCase test, WorldDatabases databases)
    {
        if (!green.Contains(test.UniqueID) && !unreliable.Contains(test.UniqueID))
        {
            await databases.Undo();
            await using var copy = await original.Copy();
            DatabaseFixture.Provider = () => Task.FromResult(copy);
            (await suite.Run([test]) is null ? green : unreliable).Add(test.UniqueID);
            await databases.Redo();
        }

        return green.Contains(test.UniqueID);
    }
}
