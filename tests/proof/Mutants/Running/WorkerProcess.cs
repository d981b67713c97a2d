using System.Diagnostics;
using System.Text.Json;

namespace RlsChat.Tests.Mutants.Running;

/// <summary>The coordinator's end of a <see cref="Worker"/>.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // A mutant may wait for ever (a loop whose end is gone): it is killed by that.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private readonly Process process;

    private WorkerProcess(Process process, Hello hello) => (this.process, Hello) = (process, hello);

    /// <summary>What it said first.</summary>
    public Hello Hello { get; }

    public static async Task<WorkerProcess> Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Under `dotnet x.dll` the program is dotnet; as an executable it is this one.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        }

        start.ArgumentList.Add("worker");
        // Few worlds a mutant: the killing ones come early, and shrinking takes as long again.
        start.Environment.TryAdd("RLSCHAT_MODEL_WORLDS", "6");
        start.Environment.TryAdd("RLSCHAT_MODEL_SEED", "0000000000001");
        start.Environment.Remove("RLSCHAT_FIGURES_FILE");
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("a worker did not start: its error stands above");
        return new WorkerProcess(process, JsonSerializer.Deserialize<Hello>(line)!);
    }

    /// <summary>Has mutants tried, together in one database; null when the worker did not survive it.</summary>
    public async Task<Verdict?> Try(IReadOnlyList<string> ids, string? hint, bool isNearOnly)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new Request(ids, hint, isNearOnly)));
        await process.StandardInput.FlushAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await process.StandardOutput.ReadLineAsync(patience.Token) is { } line
                ? JsonSerializer.Deserialize<Verdict>(line)
                : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return new Verdict(string.Join('\n', ids), MutantOutcome.Killed, "time-out", $"no end within {Patience}", Patience.TotalSeconds);
        }
    }

    /// <summary>Whether it can try another.</summary>
    public bool IsAlive => !process.HasExited;

    public async ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        process.Dispose();
    }
}
