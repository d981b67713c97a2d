using RlsChat.Tests.Rls.Stage;
using Xunit.Sdk;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>What came of a mutant. Refused: PostgreSQL would not have it. Undecided: the nearest tests alone do not kill it.</summary>
internal enum Fate
{
    Killed,
    Survived,
    Refused,
    Undecided,
}

/// <summary>What came of a mutant, by which test, and what that said.</summary>
internal sealed record Verdict(string Id, Fate Fate, string? Test, string? Message, double Seconds);

/// <summary>
/// Tries mutants one after the other: each in a copy of one database, the tests up to the first that is red
/// there and green without the mutant.
/// </summary>
internal sealed class Trial(Suite suite, Func<Mutant, IReadOnlyList<TestClass>> order, Func<Mutant, IReadOnlyList<TestClass>> near, Venue original)
{
    private readonly Dictionary<string, IXunitTestCase> lastKillers = [];
    private readonly HashSet<string> green = [];
    private readonly HashSet<string> unreliable = [];

    public async Task<Verdict> Of(Mutant mutant, string? hint, bool isNearOnly = false)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Verdict Ends(Fate fate, Red? red = null, string? message = null) =>
            new(mutant.Id, fate, red?.Name, message ?? red?.Message, Math.Round(watch.Elapsed.TotalSeconds, 2));

        await using var venues = new Venues(original, mutant);
        Task<Red?> RedWith(IReadOnlyList<IXunitTestCase> tests, bool commits)
        {
            Theatre.Landlord = () => venues.For(commits);
            return suite.Run(tests);
        }

        try
        {
            if (await venues.Refusal() is { } refusal)
            {
                return Ends(Fate.Refused, message: refusal);
            }

            foreach (var (tests, commits) in Turns(mutant, hint, isNearOnly))
            {
                for (var left = tests; left.Count > 0 && await RedWith(left, commits) is { } red; left = [.. left.Except([red.Test])])
                {
                    if (await IsGreenWithout(red.Test, venues))
                    {
                        lastKillers[mutant.About] = red.Test;
                        return Ends(Fate.Killed, red);
                    }
                }
            }

            return Ends(isNearOnly ? Fate.Undecided : Fate.Survived);
        }
        finally
        {
            await venues.Undo();
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
    private async Task<bool> IsGreenWithout(IXunitTestCase test, Venues venues)
    {
        if (!green.Contains(test.UniqueID) && !unreliable.Contains(test.UniqueID))
        {
            await venues.Undo();
            await using var copy = await original.Copy();
            Theatre.Landlord = () => Task.FromResult(copy);
            (await suite.Run([test]) is null ? green : unreliable).Add(test.UniqueID);
            await venues.Redo();
        }

        return green.Contains(test.UniqueID);
    }
}
