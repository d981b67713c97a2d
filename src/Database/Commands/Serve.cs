using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace RlsChat.Database.Commands;

// make run: the API and, without POSTGRES_URL, an embedded database while it runs.
internal static class Serve
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<int> Run(Arguments arguments)
    {
        arguments.End();
        ApiProcess.RefuseTakenPort();
        var stop = new TaskCompletionSource();
        using var interrupt = OnSignal(PosixSignal.SIGINT, stop);
        using var terminate = OnSignal(PosixSignal.SIGTERM, stop);
        using var hangUp = OnSignal(PosixSignal.SIGHUP, stop);

        await using var target = await Target.Open();
        if (target.Embedded is not null)
        {
            await Prepare(target);
        }

        using var api = Process.Start(ApiProcess.For(target))!;
        var ended = api.WaitForExitAsync();
        if (await IsReady(api, stop.Task))
        {
            Invitation.Print(ApiProcess.Address, withPeople: target.Embedded is not null);
        }

        if (await Task.WhenAny(ended, stop.Task) == stop.Task && !api.HasExited)
        {
            await Tool.Run(["/bin/sh", "-c", $"kill -TERM {api.Id}"]);
            await ended;
            return 0;
        }

        return api.ExitCode;
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, TaskCompletionSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.TrySetResult();
        });

    // The demo world is created once, so people who were removed from it do not come back.
    private static async Task Prepare(Target target)
    {
        await Migrate.Run(target, quiet: true);
        var marker = Path.Combine(Target.Folder, "seeded");
        if (!File.Exists(marker))
        {
            await DemoWorld.Make(target.Owner, target.Auth());
            await File.WriteAllTextAsync(marker, "");
        }
    }

    private static async Task<bool> IsReady(Process api, Task stop)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var answer = "no response";
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(50))
        {
            if (api.HasExited || stop.IsCompleted)
            {
                return false;
            }

            try
            {
                using var response = await client.GetAsync($"{ApiProcess.Address}/health/ready");
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return true;
                }

                answer = await response.Content.ReadAsStringAsync();
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet.
            }
        }

        Console.Error.WriteLine($"{ApiProcess.Address} is not ready: {answer}");
        return false;
    }
}
