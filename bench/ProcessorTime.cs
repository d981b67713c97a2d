using System.Diagnostics;

namespace RlsChat.Bench;

/// <summary>Whose processor time it is, of the processes on this machine: each part is one or several.</summary>
/// <param name="world">Its server's processes, by what they do.</param>
/// <param name="delivers">The API that delivers.</param>
/// <param name="door">The API that is posted to, if any.</param>
internal sealed class ProcessorTime(LiveWorld world, LiveApi delivers, LiveApi? door)
{
    // Sessions come and go; what one has used by then stays used.
    private readonly Dictionary<int, (string Does, double Used)> _server = [];

    /// <summary>The names of the parts, in the order of <see cref="Now"/>.</summary>
    public static IEnumerable<string> Parts =>
        ["server: writes", "server: delivers", "server: other", "API that is posted to", "API that delivers", "those who post and read"];

    /// <summary>What each part has used so far, in microseconds (in steps of 10 ms a process).</summary>
    public async Task<double[]> Now()
    {
        foreach (var (does, pid) in await world.ServerProcesses())
        {
            try
            {
                using var process = Process.GetProcessById(pid);
                _server[pid] = (does, Used(process));
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It has gone since.
            }
        }

        using var self = Process.GetCurrentProcess();
        return
        [
            Server("writes"), Server("delivers"), Server("other"),
            door is null ? 0 : Used(door.Process), Used(delivers.Process), Used(self),
        ];
    }

    private double Server(string does) => _server.Values.Where(process => process.Does == does).Sum(process => process.Used);

    private static double Used(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalMicroseconds;
    }
}
