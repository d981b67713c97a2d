using System.Diagnostics;
using Npgsql;
using RlsChat.Api.Data;

namespace RlsChat.Api.Live;

/// <summary>
/// Delivers what happens to who may know: one loop and one connection a process, whatever the number of
/// subscribers. The connection listens; between two questions it is the only one. Whom an event reaches,
/// PostgreSQL decides as it is read. What wakes the loop may get lost, because it asks four times a second anyway,
/// and what it missed is what its last snapshot did not hold.
/// </summary>
internal sealed partial class LiveEvents(
    DataSources sources, OperationRunner operations, Subscriptions subscriptions, Delivery delivery, LiveMetrics metrics,
    IHostApplicationLifetime lifetime, ILogger<LiveEvents> log) : BackgroundService
{
    private const string Channel = "rlschat_live";

    /// <summary>How often access is asked about, and how long a notification that got lost can delay an event.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>How often other processes are woken at most.</summary>
    private static readonly TimeSpan Notify = TimeSpan.FromMilliseconds(200);

    /// <summary>How long to wait when nobody is there.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How soon what this process itself has to tell is seen. A wait is never called off: Npgsql loses a
    /// cancellation that meets its beginning, and can stand still for one (its issue 5975).
    /// </summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);

    private bool _wrote;
    private int _signalled;
    private long _asked, _notified;
    private TimeSpan _pause;

    /// <summary>This process has written something: it delivers, and tells others in a while.</summary>
    public void Wrote()
    {
        Volatile.Write(ref _wrote, true);
        Wake();
    }

    /// <summary>Lets the loop come round.</summary>
    public void Wake() => Volatile.Write(ref _signalled, 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        operations.Committed += Wrote;
        subscriptions.Woken += Wake;
        using var ending = lifetime.ApplicationStopping.Register(() => subscriptions.EndAll("shutdown"));
        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                await using var connection = await sources.Live.OpenConnectionAsync(stoppingToken);
                await Listen(connection, () => failures = 0, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            // Whatever it is: delivery goes on from the same position, and nothing else notices.
            catch (Exception e)
            {
                metrics.IsListening = false;
                Lost(e.Message);
                if (++failures > 1)
                {
                    await Task.Delay(
                        Math.Min(2000, 25 << Math.Min(failures, 7)) + Random.Shared.Next(50), CancellationToken.None);
                }
            }
        }

        metrics.IsListening = false;
        subscriptions.EndAll("shutdown");
    }

    private async Task Listen(NpgsqlConnection connection, Action works, CancellationToken stop)
    {
        connection.Notification += (_, heard) =>
        {
            if (heard.PID != connection.ProcessID)
            {
                Wake();
            }
        };
        await Run(connection, $"listen {Channel}", stop);
        await delivery.Arrive(connection, stop);
        metrics.IsListening = true;
        while (true)
        {
            await Turn(connection, stop);
            works();
            await Sleep(connection, stop);
        }
    }

    private async Task Turn(NpgsqlConnection connection, CancellationToken stop)
    {
        Interlocked.Exchange(ref _signalled, 0);
        if (Volatile.Read(ref _wrote) && Stopwatch.GetElapsedTime(_notified) >= Notify)
        {
            // In no transaction of a message: a notification takes a lock of the whole cluster until it commits.
            Volatile.Write(ref _wrote, false);
            _notified = Stopwatch.GetTimestamp();
            await Run(connection, $"notify {Channel}", stop);
        }

        _asked = Stopwatch.GetTimestamp();
        if (await delivery.Turn(connection, stop))
        {
            Wake();
        }

        // Never more than a tenth of the time, unless a fifth of a second would pass.
        _pause = TimeSpan.FromMilliseconds(Math.Clamp(Stopwatch.GetElapsedTime(_asked).TotalMilliseconds * 10, 30, 200));
    }

    /// <summary>Until something happens, here or elsewhere, or it is time.</summary>
    private async Task Sleep(NpgsqlConnection connection, CancellationToken stop)
    {
        if (_pause - Stopwatch.GetElapsedTime(_asked) is { Ticks: > 0 } pause)
        {
            await Task.Delay(pause, stop);
        }

        var wait = Volatile.Read(ref _wrote) ? Notify - Stopwatch.GetElapsedTime(_notified)
            : delivery.HasNobody ? Idle
            : Poll - Stopwatch.GetElapsedTime(_asked);
        var began = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested && Volatile.Read(ref _signalled) == 0
            // What is rounded down to 0 ms would be for ever.
            && wait - Stopwatch.GetElapsedTime(began) is { TotalMilliseconds: >= 1 } rest
            && !await connection.WaitAsync(rest < Slice ? rest : Slice, CancellationToken.None))
        {
        }

        stop.ThrowIfCancellationRequested();
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "live delivery lost its connection, and makes another: {Cause}")]
    private partial void Lost(string cause);
}
