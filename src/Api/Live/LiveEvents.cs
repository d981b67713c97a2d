using System.Diagnostics;
using Npgsql;
using RlsChat.Api.Data;

namespace RlsChat.Api.Live;

/// <summary>
/// Live delivery: one loop and one connection for all subscriptions of this process. A round (<see cref="Delivery"/>)
/// starts when this process has written, when another process notifies, and four times a second in any case, so a lost
/// notification delays an event but loses none: each round reads what the last snapshot did not hold.
/// </summary>
internal sealed partial class LiveEvents(
    DataSources sources, OperationRunner operations, Subscriptions subscriptions, Delivery delivery, LiveMetrics metrics,
    IHostApplicationLifetime lifetime, ILogger<LiveEvents> log) : BackgroundService
{
    private const string Channel = "rlschat_live";

    /// <summary>How often access is checked, and for how long a lost notification can delay an event.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>How often other processes are notified at most.</summary>
    private static readonly TimeSpan Notify = TimeSpan.FromMilliseconds(200);

    /// <summary>How long to wait while there is no subscription.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How soon the loop sees a signal of this process. A wait is never cancelled: Npgsql can lose a cancellation at
    /// the start of a wait, and can hang because of one (its issue 5975).
    /// </summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);

    private bool _wrote;
    private int _signalled;
    private long _started, _notified;
    private TimeSpan _pause;

    /// <summary>This process has written: it starts a round, and notifies the other processes soon.</summary>
    public void Wrote()
    {
        Volatile.Write(ref _wrote, true);
        Wake();
    }

    /// <summary>Starts a round.</summary>
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
                // When another host is the primary, what waits for this one is left to itself.
                using var here = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, sources.LiveGone);
                var connection = await sources.Live.OpenConnectionAsync(here.Token);
                try
                {
                    await Listen(connection, () => failures = 0, here.Token);
                }
                finally
                {
                    _ = Task.Run(async () => await connection.DisposeAsync(), CancellationToken.None);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            // Whatever it is: delivery continues at the same position on a new connection.
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
        await delivery.Resume(connection, stop);
        metrics.IsListening = true;
        while (true)
        {
            await Round(connection, stop);
            works();
            await Sleep(connection, stop);
        }
    }

    private async Task Round(NpgsqlConnection connection, CancellationToken stop)
    {
        Interlocked.Exchange(ref _signalled, 0);
        if (Volatile.Read(ref _wrote) && Stopwatch.GetElapsedTime(_notified) >= Notify)
        {
            // Not in the transaction of a message: a notification takes a cluster-wide lock until its transaction commits.
            Volatile.Write(ref _wrote, false);
            _notified = Stopwatch.GetTimestamp();
            await Run(connection, $"notify {Channel}", stop);
        }

        _started = Stopwatch.GetTimestamp();
        if (await delivery.Round(connection, stop))
        {
            Wake();
        }

        // At most a tenth of the time is spent in rounds, unless the pause would exceed 200 ms.
        _pause = TimeSpan.FromMilliseconds(Math.Clamp(Stopwatch.GetElapsedTime(_started).TotalMilliseconds * 10, 30, 200));
    }

    /// <summary>Waits for a signal, a notification, or the next poll.</summary>
    private async Task Sleep(NpgsqlConnection connection, CancellationToken stop)
    {
        if (_pause - Stopwatch.GetElapsedTime(_started) is { Ticks: > 0 } pause)
        {
            await Task.Delay(pause, stop);
        }

        var wait = Volatile.Read(ref _wrote) ? Notify - Stopwatch.GetElapsedTime(_notified)
            : delivery.IsIdle ? Idle
            : Poll - Stopwatch.GetElapsedTime(_started);
        var began = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested && Volatile.Read(ref _signalled) == 0
            // 0 ms would mean to wait for ever.
            && wait - Stopwatch.GetElapsedTime(began) is { TotalMilliseconds: >= 1 } rest
            && !await connection.WaitAsync(rest < Slice ? rest : Slice, CancellationToken.None))
        {
        }

        stop.ThrowIfCancellationRequested();
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None).WaitAsync(stop);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "live delivery lost its connection and opens another: {Cause}")]
    private partial void Lost(string cause);
}
