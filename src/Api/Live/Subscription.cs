using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>
/// One open SSE connection: what it subscribes to, and the items that wait to be written to it. The database has
/// decided about each item that is put here; items that wait when access is lost are discarded.
/// </summary>
internal sealed class Subscription
{
    /// <summary>How many items may wait. More are read again when there is room, so memory is bounded.</summary>
    private const int MaxWaiting = 2 * Outbox.PageSize;

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<SseItem<string>> _waiting = new();
    // Signals that items wait; completed when no more will come.
    private readonly Channel<bool> _released = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private string? _end;
    private bool _isComplete, _isClosed, _isHeld;
    private DateTimeOffset _until = DateTimeOffset.MaxValue, _taken = DateTimeOffset.UtcNow;
    private int _items, _characters;

    /// <summary>The person, or null for an anonymous one.</summary>
    public Guid? Person { get; init; }

    /// <summary>The client's address, or the /64 network of an IPv6 address.</summary>
    public IPAddress Network { get; init; } = IPAddress.None;

    /// <summary>The digest of the secret of the person's session.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>The chat, or null for all chats of the person and their organization.</summary>
    public Guid? Chat { get; init; }

    /// <summary>The stream of that chat, or null for the events of the chat.</summary>
    public Guid? Stream { get; init; }

    /// <summary>Of a stream: the index of the last chunk that was put, or -1.</summary>
    public int Index { get; set; }

    /// <summary>The position of a lagging subscription; null when it stands where this process stands.</summary>
    public Position? From { get; set; }

    /// <summary>How long delivery waits for the client.</summary>
    public Patience Patience { get; init; } = new();

    /// <summary>Closes the connection of a client that takes nothing, not even the end.</summary>
    public required Action Cut { get; init; }

    /// <summary>Called when a lagging subscription has room again.</summary>
    public required Action Drained { get; init; }

    /// <summary>Why it ended, or null.</summary>
    public string? Ended => Volatile.Read(ref _end);

    // The text of an event is held once for all its readers, that of a chunk once for each follower.
    private int MaxCharacters => (Stream is null ? 4 : 1) * 1024 * 1024;

    /// <summary>Whether there is room for a page of events.</summary>
    public bool HasRoom => Volatile.Read(ref _items) < MaxWaiting / 4 && Volatile.Read(ref _characters) < 256 * 1024;

    /// <summary>Whether the client has taken nothing for too long while there was no room, or nothing left but to take the rest.</summary>
    public bool IsStuck =>
        (Volatile.Read(ref _isComplete) ? Volatile.Read(ref _items) > 0 : !HasRoom) && DateTimeOffset.UtcNow - _taken > Patience.Reader;

    /// <summary>Whether its first item, <c>ready</c> or <c>reset</c>, was put.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether nothing more is put; items that wait may still be written.</summary>
    public bool IsOver => Ended is not null || Volatile.Read(ref _isComplete);

    /// <summary>Whether nothing more is written but the end.</summary>
    public bool IsGone => Ended is not null || Volatile.Read(ref _isClosed);

    /// <summary>Puts the first item, from which on the client knows its position.</summary>
    public void Begin(string kind, Position position)
    {
        HasBegun = true;
        if (!TryPut(new("{}", kind) { EventId = position.ToString() }))
        {
            End("slow");
        }

        Release();
    }

    /// <summary>Starts again at a position: the events before it can no longer be delivered.</summary>
    public void Reset(Position here)
    {
        From = null;
        Begin("reset", here);
    }

    /// <summary>Puts an item behind those that wait; it is held until <see cref="Release"/>. False when there is no room.</summary>
    public bool TryPut(SseItem<string> item)
    {
        // An item larger than the limit is taken when nothing else waits.
        if (IsOver || Volatile.Read(ref _items) >= MaxWaiting
            || (Volatile.Read(ref _characters) is > 0 and var waiting && waiting + item.Data.Length > MaxCharacters))
        {
            return false;
        }

        Interlocked.Increment(ref _items);
        Interlocked.Add(ref _characters, item.Data.Length);
        _waiting.Enqueue(item);
        _isHeld = true;
        return true;
    }

    /// <summary>Lets the items that were put be written: a page at once, not each as it is put.</summary>
    public void Release()
    {
        if (_isHeld)
        {
            _isHeld = false;
            _released.Writer.TryWrite(true);
        }
    }

    /// <summary>Ends it: items that wait are written if the client takes them at once, then the reason.</summary>
    public void End(string reason)
    {
        lock (_gate)
        {
            if (_end is not null)
            {
                return;
            }

            _until = DateTimeOffset.UtcNow + Patience.Remainder;
            Volatile.Write(ref _end, reason);
        }

        _released.Writer.TryComplete();
        _ = CutLater();
    }

    /// <summary>Ends it when every item that waits has been written.</summary>
    public void Complete()
    {
        Volatile.Write(ref _isComplete, true);
        _released.Writer.TryComplete();
    }

    /// <summary>The connection is closed.</summary>
    public void Close()
    {
        Complete();
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>The items to write.</summary>
    /// <param name="send">Called when no item waits, and once at first, so that the client knows that the response has started.</param>
    /// <param name="stop">Cancels it.</param>
    public async IAsyncEnumerable<SseItem<string>> Read(
        Func<CancellationToken, ValueTask> send, [EnumeratorCancellation] CancellationToken stop)
    {
        for (var isOpen = true; isOpen;)
        {
            await send(stop);
            isOpen = await _released.Reader.WaitToReadAsync(stop);
            _released.Reader.TryRead(out _);
            while ((Ended is null || DateTimeOffset.UtcNow < _until) && _waiting.TryDequeue(out var item))
            {
                Interlocked.Decrement(ref _items);
                Interlocked.Add(ref _characters, -item.Data.Length);
                _taken = DateTimeOffset.UtcNow;
                yield return item;
                if (From is not null && HasRoom)
                {
                    Drained();
                }
            }
        }

        if (Ended is { } reason)
        {
            yield return new SseItem<string>($$"""{"reason":"{{reason}}"}""", "end");
        }
    }

    private async Task CutLater()
    {
        await Task.Delay(Patience.End);
        lock (_gate)
        {
            // The connection may serve another request by now.
            if (!_isClosed)
            {
                Cut();
            }
        }
    }
}
