using System.Collections.Concurrent;
using System.Diagnostics;

namespace RlsChat.Tests.Api.Pools;

/// <summary>What a storm came to.</summary>
internal sealed class Tally
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ConcurrentDictionary<int, int> _answers = new();
    private int _asked, _answered, _cancelled, _killed, _probed;

    /// <summary>What somebody saw, or did not, that is not as it should be: a line each, the first hundred.</summary>
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

    public void Report(string wrong)
    {
        if (Wrong.Count < 100)
        {
            Wrong.Enqueue(wrong);
        }
    }

    /// <summary>
    /// Says it in one line of <c>name=figure</c>, and leaves that in the file that RLSCHAT_POOLS_FILE names.
    /// </summary>
    public string Print(string way)
    {
        var statuses = string.Join(' ', _answers.OrderBy(pair => pair.Key).Select(pair => $"status_{pair.Key}={pair.Value}"));
        var line = $"pools way={way} requests={_answered + _cancelled} answered={_answered} cancelled={_cancelled} "
            + $"killed_backends={_killed} probes={_probed} wrong={Wrong.Count} {statuses} "
            + $"seconds={Stopwatch.GetElapsedTime(_started).TotalSeconds:f0}";
        if (Environment.GetEnvironmentVariable("RLSCHAT_POOLS_FILE") is { Length: > 0 } file)
        {
            File.AppendAllText(file, line + "\n");
        }

        return line;
    }
}
