using System.Collections.Concurrent;
using System.Diagnostics;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Pools;

/// <summary>The results of a load.</summary>
internal sealed class LoadResults
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ConcurrentDictionary<int, int> _answers = new();
    private int _asked, _answered, _cancelled, _killed, _probed, _leaks;

    /// <summary>Wrong responses, one line each, the first hundred.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Answered => _answered;

    public int Cancelled => _cancelled;

    public int Killed => _killed;

    public int Probed => _probed;

    /// <summary>How many answers had that status.</summary>
    public int Of(int status) => _answers.GetValueOrDefault(status);

    /// <summary>The number of the next request, from 1.</summary>
    public int Ask() => Interlocked.Increment(ref _asked);

    public void Answer(int status)
    {
        Interlocked.Increment(ref _answered);
        _answers.AddOrUpdate(status, 1, (_, count) => count + 1);
    }

    public void Cancel() => Interlocked.Increment(ref _cancelled);

    public void Kill(int backends) => Interlocked.Add(ref _killed, backends);

    public void Probe() => Interlocked.Increment(ref _probed);

    /// <summary>A person saw data of another person or was taken for one.</summary>
    public void Leak(string leak)
    {
        Interlocked.Increment(ref _leaks);
        Report(leak);
    }

    /// <summary>Whatever else is not as it should be.</summary>
    public void Report(string wrong)
    {
        if (Wrong.Count < 100)
        {
            Wrong.Enqueue(wrong);
        }
    }

    /// <summary>Says it in one line, and leaves the figures for <c>make prove</c>.</summary>
    public string Print(string way)
    {
        Figures.Add("pools.requests", _answered + _cancelled);
        Figures.Add("pools.cancelled", _cancelled);
        Figures.Add("pools.killed", _killed);
        Figures.Add("pools.probes", _probed);
        Figures.Add("pools.leaks", _leaks);
        var statuses = string.Join(", ", _answers.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"));
        return $"{way}: {_answered + _cancelled} requests, {_cancelled} cancelled, {_killed} backends killed, {_probed} probes, "
            + $"{_leaks} leaks, {Wrong.Count} wrong; answered {statuses}; {Stopwatch.GetElapsedTime(_started).TotalSeconds:f0} s";
    }
}
