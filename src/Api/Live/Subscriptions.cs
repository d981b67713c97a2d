using System.Collections.Concurrent;

namespace RlsChat.Api.Live;

/// <summary>The streams that are open in this process.</summary>
internal sealed class Subscriptions
{
    /// <summary>How many one person may have open in this process: tabs and devices.</summary>
    public const int MaxOfPerson = 20;

    /// <summary>How many of those who have not signed in there may be from one address; an IPv6 one counts by its /64.</summary>
    public const int MaxOfAddress = 100;

    /// <summary>How many there may be; those who have not signed in leave half of them to those who have.</summary>
    public const int Max = 10_000;

    private readonly Lock _gate = new();
    private readonly HashSet<Subscriber> _open = [];
    private readonly Dictionary<object, int> _openOf = [];
    private readonly ConcurrentQueue<Subscriber> _new = new();
    private bool _isOver;

    /// <summary>Somebody has come, or has room again.</summary>
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

    /// <summary>Takes somebody in; false when there are too many already.</summary>
    public bool TryAdd(Subscriber subscriber)
    {
        lock (_gate)
        {
            if (IsFull(subscriber))
            {
                return false;
            }

            _open.Add(subscriber);
            _openOf[Who(subscriber)] = _openOf.GetValueOrDefault(Who(subscriber)) + 1;
            if (_isOver)
            {
                subscriber.End("shutdown");
            }
        }

        _new.Enqueue(subscriber);
        Wake();
        return true;
    }

    /// <summary>Whether <see cref="TryAdd"/> would take them in at this moment.</summary>
    public bool HasRoom(Subscriber subscriber)
    {
        lock (_gate)
        {
            return !IsFull(subscriber);
        }
    }

    /// <summary>Lets go of somebody whose connection is closed.</summary>
    public void Remove(Subscriber subscriber)
    {
        subscriber.Close();
        lock (_gate)
        {
            if (_open.Remove(subscriber) && --_openOf[Who(subscriber)] == 0)
            {
                _openOf.Remove(Who(subscriber));
            }
        }
    }

    /// <summary>Who has come since it was last asked.</summary>
    public IEnumerable<Subscriber> TakeNew()
    {
        while (_new.TryDequeue(out var subscriber))
        {
            yield return subscriber;
        }
    }

    /// <summary>Ends them all, and whoever comes after.</summary>
    public void EndAll(string reason)
    {
        lock (_gate)
        {
            _isOver = true;
            foreach (var subscriber in _open)
            {
                subscriber.End(reason);
            }
        }
    }

    /// <summary>Lets delivery come round.</summary>
    public void Wake() => Woken?.Invoke();

    private bool IsFull(Subscriber subscriber)
    {
        var (most, mostOfThem) = subscriber.Person is null ? (Max / 2, MaxOfAddress) : (Max, MaxOfPerson);
        return _open.Count >= most || _openOf.GetValueOrDefault(Who(subscriber)) >= mostOfThem;
    }

    private static object Who(Subscriber subscriber) => (object?)subscriber.Person ?? subscriber.Network;
}
