using System.Data;
using System.Diagnostics;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>
/// The subscriptions that are not where this process is: new ones, those that continue after a Last-Event-ID, and
/// those that had no room for an event. Lagging subscriptions catch up page by page, round-robin.
/// </summary>
internal sealed partial class LaggingSubscriptions(LiveMetrics metrics, ILogger log)
{
    /// <summary>For how long a round may hold up the others.</summary>
    private static readonly TimeSpan MaxRound = TimeSpan.FromMilliseconds(100);

    private readonly List<Subscription> _lagging = [];
    private long _accessChecked;

    public int Count => _lagging.Count;

    public void Add(IEnumerable<Subscription> subscriptions) => _lagging.AddRange(subscriptions);

    public void RemoveClosed() => _lagging.RemoveAll(subscription => subscription.IsGone);

    public void ForEach(Action<Subscription> action) => _lagging.ForEach(action);

    /// <summary>Reads pages for the subscriptions in turn, until they have caught up, have no room, or time is up.</summary>
    /// <param name="connection">The connection of delivery.</param>
    /// <param name="here">The position of this process.</param>
    /// <param name="stop">Cancels it.</param>
    /// <returns>Those that have caught up, and whether others have pages left.</returns>
    public async Task<(List<Subscription> CaughtUp, bool IsMore)> CatchUp(
        NpgsqlConnection connection, Position here, CancellationToken stop)
    {
        var (started, queue, caughtUp) = (Stopwatch.GetTimestamp(), new Queue<Subscription>(_lagging), new List<Subscription>());
        while (queue.TryDequeue(out var subscription))
        {
            await ReadPage(connection, subscription, here, stop);
            if (subscription is { IsOver: false, From: null })
            {
                _lagging.Remove(subscription);
                caughtUp.Add(subscription);
            }
            // A client that has gone away takes nothing, however often it is read again.
            else if (subscription is { IsOver: false, HasRoom: true })
            {
                queue.Enqueue(subscription);
                // The next round starts with another one.
                _lagging.Remove(subscription);
                _lagging.Add(subscription);
            }

            if (queue.Count > 0 && Stopwatch.GetElapsedTime(started) >= MaxRound)
            {
                return (caughtUp, true);
            }
        }

        return (caughtUp, false);
    }

    /// <summary>Checks the access of subscriptions without room: what waits for them is theirs only while they have it.</summary>
    public async Task CheckAccessWithoutRoom(NpgsqlConnection connection, TimeSpan interval, CancellationToken stop)
    {
        if (Stopwatch.GetElapsedTime(_accessChecked) >= interval
            && _lagging.FindAll(subscription => subscription is { From: not null, HasRoom: false, IsOver: false }) is { Count: > 0 } full)
        {
            _accessChecked = Stopwatch.GetTimestamp();
            await Outbox.EndWithoutAccess(connection, full, stop);
        }
    }

    private async Task ReadPage(NpgsqlConnection connection, Subscription subscription, Position here, CancellationToken stop)
    {
        if (subscription is not { IsOver: false, From: { } start })
        {
            return;
        }

        if (!start.IsGoodAt(here))
        {
            subscription.Reset(here);
            return;
        }

        if (!subscription.HasRoom)
        {
            if (subscription.IsStuck)
            {
                subscription.End("slow");
            }

            return;
        }

        try
        {
            start = start.UpTo is null ? start with { UpTo = here.After } : start;
            var page = await Outbox.CatchUp(connection, start, subscription, stop);
            // The page may end before the position that was asked for.
            start = start with { UpTo = page.UpTo };
            subscription.From = null;
            page.DeliverTo([subscription], start, metrics);
            subscription.Release();
            subscription.From ??= page.Last is { } last ? start with { Last = last }
                : start.UpTo == here.After ? null
                : new Position(start.Place, start.At, start.UpTo);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ProgramLimitExceeded)
        {
            subscription.Reset(here);
        }
        catch (PostgresException e) when (connection.FullState == ConnectionState.Open)
        {
            // A subscription that cannot be read for holds up no other.
            Failed(e.Message);
            subscription.End("failed");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a live subscription was ended, because events could not be read from its position: {Cause}")]
    private partial void Failed(string cause);
}
