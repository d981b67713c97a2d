using System.Collections.Concurrent;

namespace RlsChat.Api.Live;

/// <summary>The open subscriptions of this process, and how many there may be.</summary>
internal sealed class Subscriptions
{
    /// <summary>How many one person may have: tabs and devices.</summary>
    public const int MaxOfPerson = 20;

    /// <summary>How many anonymous ones one address may have; an IPv6 address counts by its /64 network.</summary>
    public const int MaxOfAddress = 100;

    /// <summary>How many there may be; anonymous ones may be half of them.</summary>
    public const int Max = 10_000;

    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _open = [];
    private readonly Dictionary<object, int> _openOf = [];
    private readonly ConcurrentQueue<Subscription> _new = new();
    private bool _isOver;

    /// <summary>There is a new subscription, or a lagging one has room again.</summary>
    public event Action? Woken;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Adds a subscription; false when there are too many.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (_gate)
        {
            if (IsFull(subscription))
            {
                return false;
            }

            _open.Add(subscription);
            _openOf[Owner(subscription)] = _openOf.GetValueOrDefault(Owner(subscription)) + 1;
            if (_isOver)
            {
                subscription.End("shutdown");
            }
        }

        _new.Enqueue(subscription);
        Wake();
        return true;
    }

    /// <summary>Whether <see cref="TryAdd"/> would add it at this moment.</summary>
    public bool HasRoom(Subscription subscription)
    {
        lock (_gate)
        {
            return !IsFull(subscription);
        }
    }

    /// <summary>Removes a subscription whose connection is closed.</summary>
    public void Remove(Subscription subscription)
    {
        subscription.Close();
        lock (_gate)
        {
            if (_open.Remove(subscription) && --_openOf[Owner(subscription)] == 0)
            {
                _openOf.Remove(Owner(subscription));
            }
        }
    }

    /// <summary>The subscriptions that were added since the last call.</summary>
    public IEnumerable<Subscription> TakeNew()
    {
        while (_new.TryDequeue(out var subscription))
        {
            yield return subscription;
        }
    }

    /// <summary>Ends all, also those that are added later.</summary>
    public void EndAll(string reason)
    {
        lock (_gate)
        {
            _isOver = true;
            foreach (var subscription in _open)
            {
                subscription.End(reason);
            }
        }
    }

    /// <summary>Starts a round of delivery.</summary>
    public void Wake() => Woken?.Invoke();

    private bool IsFull(Subscription subscription)
    {
        var (most, mostOfOne) = subscription.Person is null ? (Max / 2, MaxOfAddress) : (Max, MaxOfPerson);
        return _open.Count >= most || _openOf.GetValueOrDefault(Owner(subscription)) >= mostOfOne;
    }

    private static object Owner(Subscription subscription) => (object?)subscription.Person ?? subscription.Network;
}
