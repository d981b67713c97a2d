using System.Diagnostics;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>One line a mutant: how many of how many, what came of it, and how long the rest may take.</summary>
internal sealed class Progress(int total, int known)
{
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private int tried;

    public void Say(Mutant mutant, Verdict verdict)
    {
        var mine = Interlocked.Increment(ref tried);
        var n = known + mine;
        var left = watch.Elapsed / mine * (total - n);
        var fate = verdict.MutantOutcome switch
        {
            MutantOutcome.Killed => $"killed by {Short(verdict.Test!)}",
            MutantOutcome.Refused => $"refused by PostgreSQL: {verdict.Message}",
            MutantOutcome.Undecided => "not by the nearest tests",
            _ => "SURVIVED",
        };
        Console.WriteLine($"{n}/{total} {verdict.Seconds:0.0} s, {left.TotalMinutes:0} min left: {mutant.Id}: {fate}");
    }

    private static string Short(string test) =>
        test.Replace("RlsChat.Tests.Rls.", "", StringComparison.Ordinal) is var name && name.Length > 160 ? name[..160] + "…" : name;
}
