using System.Diagnostics;
using System.Net.ServerSentEvents;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>
/// Delivers events to the subscriptions of this process, round after round. A round reads
/// <list type="number">
/// <item>the events since this process's position, page by page, each page one statement for all subscriptions that
/// stand there (<c>auth.deliver</c>);</item>
/// <item>the next chunks for the followers of streams, one statement (<see cref="StreamFollowers"/>);</item>
/// <item>pages for lagging subscriptions, round-robin (<see cref="LaggingSubscriptions"/>), until they stand where
/// this process stands.</item>
/// </list>
/// The database decides who gets an event; this class moves the position forward.
/// </summary>
internal sealed class Delivery(Subscriptions subscriptions, LiveMetrics metrics, ILogger<Delivery> log)
{
    /// <summary>The access of all subscriptions is checked at least this often; there are four rounds a second.</summary>
    private static readonly TimeSpan AccessCheck = TimeSpan.FromMilliseconds(200);

    /// <summary>For how long events that were read are held back for the next page.</summary>
    private static readonly TimeSpan MaxHold = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int MaxFailures = 5;

    private readonly List<Subscription> _current = [];
    private readonly LaggingSubscriptions _lagging = new(metrics, log);
    private readonly StreamFollowers _followers = new(metrics);
    private SubscriptionArrays _arrays = new([]);
    private Position? _position;
    private bool _isStale = true, _isMore;
    private int _failures;
    private long _accessChecked, _beat = Stopwatch.GetTimestamp();

    /// <summary>Whether there is no subscription.</summary>
    public bool IsIdle => _current.Count + _lagging.Count + _followers.Count == 0;

    /// <summary>Continues on a new connection: at the same position, unless it leads to another database.</summary>
    public async Task Resume(NpgsqlConnection connection, CancellationToken stop)
    {
        var here = await Outbox.Now(connection, stop);
        if (_position is null || !_position.IsGoodAt(here))
        {
            _position = here;
            _current.ForEach(subscription => subscription.Reset(here));
        }
    }

    /// <summary>One round.</summary>
    /// <returns>Whether there is more to read at once.</returns>
    public async Task<bool> Round(NpgsqlConnection connection, CancellationToken stop)
    {
        if (_failures >= MaxFailures)
        {
            // Events cannot be read from this position: all start again.
            _current.ForEach(subscription => subscription.End("failed"));
            _followers.ForEach(follower => follower.End("failed"));
            _isStale = true;
        }

        AddAndRemove();
        if (IsIdle)
        {
            _isStale = true;
            return false;
        }

        if (_isStale)
        {
            // There is no subscription that could miss anything.
            _position = await Outbox.Now(connection, stop);
            _isStale = false;
        }

        _failures++;
        _isMore = false;
        try
        {
            // A failure may have left the position between two pages. What came after that snapshot is read, too,
            // before new subscriptions join: they may have seen it already.
            for (var isBetweenPages = true; isBetweenPages;)
            {
                isBetweenPages = _position!.UpTo is not null;
                await ReadEvents(connection, stop);
            }
        }
        finally
        {
            Release();
        }

        _failures = 0;
        _followers.EndStuck();
        var (caughtUp, isMore) = await _lagging.CatchUp(connection, _position!, stop);
        _isMore |= isMore;
        Join(caughtUp);
        await _lagging.CheckAccessWithoutRoom(connection, AccessCheck, stop);
        Ping();
        return _isMore;
    }

    private void AddAndRemove()
    {
        _lagging.RemoveClosed();
        _followers.RemoveClosed();
        foreach (var subscription in subscriptions.TakeNew())
        {
            if (subscription.Stream is null)
            {
                _lagging.Add([subscription]);
            }
            else
            {
                _followers.Add(subscription);
            }
        }

        if (_current.RemoveAll(subscription => subscription.IsGone) > 0)
        {
            _arrays = new([.. _current]);
        }
    }

    private async Task ReadEvents(NpgsqlConnection connection, CancellationToken stop)
    {
        var released = Stopwatch.GetTimestamp();
        for (var isMore = true; isMore;)
        {
            isMore = await ReadPage(connection, stop);
            _isMore |= await _followers.Deliver(connection, stop);
            if (Stopwatch.GetElapsedTime(released) >= MaxHold)
            {
                released = Stopwatch.GetTimestamp();
                Release();
            }
        }
    }

    /// <summary>A page for all that stand where this process stands.</summary>
    /// <returns>Whether there may be another.</returns>
    private async Task<bool> ReadPage(NpgsqlConnection connection, CancellationToken stop)
    {
        var (start, started) = (_position!, Stopwatch.GetTimestamp());
        var everybody = Stopwatch.GetElapsedTime(_accessChecked) >= AccessCheck;
        var page = await Outbox.Deliver(connection, start, _arrays, everybody, stop);
        _accessChecked = everybody ? started : _accessChecked;
        metrics.Lag = page.Lag;
        page.DeliverTo(_arrays.Subscriptions, start with { UpTo = page.UpTo }, metrics);
        _position = page.Last is { } last
            ? start with { UpTo = page.UpTo, Last = last }
            : new Position(start.Place, page.At, page.UpTo);
        if (_current.FindAll(subscription => subscription is { From: not null, IsOver: false }) is { Count: > 0 } full)
        {
            _lagging.Add(full);
            _current.RemoveAll(full.Contains);
            _arrays = new([.. _current]);
        }

        return page.Last is not null;
    }

    private void Join(List<Subscription> caughtUp)
    {
        if (caughtUp.Count == 0)
        {
            return;
        }

        caughtUp.FindAll(subscription => !subscription.HasBegun).ForEach(subscription => subscription.Begin("ready", _position!));
        _current.AddRange(caughtUp);
        _arrays = new([.. _current]);
        // The next page checks whether they have access at all.
        _accessChecked = 0;
        _isMore = true;
    }

    /// <summary>Lets everything that was read be written: several pages in one write.</summary>
    private void Release()
    {
        _current.ForEach(subscription => subscription.Release());
        _lagging.ForEach(subscription => subscription.Release());
        _followers.ForEach(follower => follower.Release());
    }

    private void Ping()
    {
        if (Stopwatch.GetElapsedTime(_beat) < Heartbeat)
        {
            return;
        }

        _beat = Stopwatch.GetTimestamp();
        // With an id, so that a subscription without events for more than a day can be continued.
        _current.ForEach(subscription => subscription.TryPut(new SseItem<string>("{}", "ping") { EventId = _position!.ToString() }));
        _followers.ForEach(follower => follower.TryPut(new SseItem<string>("{}", "ping")));
        Release();
    }
}
