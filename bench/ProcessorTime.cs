using System.Diagnostics;

namespace RlsChat.Bench;

/// <summary>Whose processor time a message costs: each part is one or several processes.</summary>
internal sealed class ProcessorTime
{
    private readonly List<(string Part, List<Process> Processes)> _parts = [];

    /// <summary>The names of the parts, in the order of <see cref="Now"/>.</summary>
    public IEnumerable<string> Parts => _parts.Select(part => part.Part);

    /// <param name="world">Its server's processes, by what they do.</param>
    /// <param name="delivers">The API that delivers.</param>
    /// <param name="door">The API that is posted to, if any.</param>
    public static async Task<ProcessorTime> Of(LiveWorld world, LiveApi delivers, LiveApi? door)
    {
        var time = new ProcessorTime();
        foreach (var (part, processes) in (await world.ServerProcesses()).OrderBy(part => part.Key, StringComparer.Ordinal))
        {
            time._parts.Add(($"server: {part}", processes));
        }

        time._parts.Add(("API: delivers", [delivers.Process]));
        if (door is not null)
        {
            time._parts.Add(("API: is posted to", [door.Process]));
        }

        time._parts.Add(("those who post and read", [Process.GetCurrentProcess()]));
        return time;
    }

    /// <summary>What each part has used so far, in microseconds (in steps of 10 ms).</summary>
    public double[] Now() => [.. _parts.Select(part => part.Processes.Sum(process =>
    {
        process.Refresh();
        return process.HasExited ? 0 : process.TotalProcessorTime.TotalMicroseconds;
    }))];
}
