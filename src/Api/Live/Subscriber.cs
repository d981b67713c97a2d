using System.Collections.Concurrent;
using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RlsChat.Api.Live;

/// <summary>
/// One open stream: what it is about, and what waits to be written to it. What is put here was decided by
/// the database; what waits when access is lost is thrown away.
/// </summary>
internal sealed class Subscriber
{
    /// <summary>How much may wait: more is read again when there is room, so memory is bounded.</summary>
    private const int MaxWaiting = 2 * Outbox.Page;

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<SseItem<string>> _waiting = new();
    // That something waits, or (completed) that there is nothing more to wait for.
    private readonly Channel<bool> _released = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private string? _end;
    private bool _isComplete, _isClosed, _isHeld;
    private DateTimeOffset _until = DateTimeOffset.MaxValue, _taken = DateTimeOffset.UtcNow;
    private int _items, _characters;

    /// <summary>Who, or null for nobody in particular.</summary>
    public Guid? Person { get; init; }

    /// <summary>From where: an address, or the /64 of an IPv6 one.</summary>
    public IPAddress Network { get; init; } = IPAddress.None;

    /// <summary>The digest of the secret of their session.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>The chat, or null for everything that is theirs.</summary>
    public Guid? Chat { get; init; }

    /// <summary>The stream of that chat that is followed, or null for the chat itself.</summary>
    public Guid? Stream { get; init; }

    /// <summary>Of a stream: the last chunk that they have, or -1.</summary>
    public int Index { get; set; }

    /// <summary>Where they go on from; null when they are where everybody is.</summary>
    public Position? From { get; set; }

    /// <summary>How long is waited for them.</summary>
    public Patience Patience { get; init; } = new();

    /// <summary>Closes the connection of a reader who takes nothing, not even the end.</summary>
    public required Action Cut { get; init; }

    /// <summary>Called when there is room again.</summary>
    public required Action Drained { get; init; }

    /// <summary>Why it ended, or null.</summary>
    public string? Ended => Volatile.Read(ref _end);

    // Events are held once for all their readers, pieces of a stream by each follower.
    private int MaxCharacters => (Stream is null ? 4 : 1) * 1024 * 1024;

    /// <summary>Whether a page of events can be put.</summary>
    public bool HasRoom => Volatile.Read(ref _items) < MaxWaiting / 4 && Volatile.Read(ref _characters) < 256 * 1024;

    /// <summary>Whether there is no room, or nothing more to come, and the reader has taken nothing for long of what waits.</summary>
    public bool IsStuck =>
        (Volatile.Read(ref _isComplete) ? Volatile.Read(ref _items) > 0 : !HasRoom) && DateTimeOffset.UtcNow - _taken > Patience.Reader;

    /// <summary>Whether they were told where they stand.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether there is nothing more for them; what waits may still be written.</summary>
    public bool IsOver => Ended is not null || Volatile.Read(ref _isComplete);

    /// <summary>Whether nothing more is written to them, but for the end.</summary>
    public bool IsGone => Ended is not null || Volatile.Read(ref _isClosed);

    /// <summary>Puts one behind what waits; it is held until <see cref="Release"/>. False when there is no room.</summary>
    public bool TryPut(SseItem<string> item)
    {
        // One that is larger than everything together goes when nothing else waits.
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

    /// <summary>Lets what was put be written: all of a page at once, and not each as it is put.</summary>
    public void Release()
    {
        if (_isHeld)
        {
            _isHeld = false;
            _released.Writer.TryWrite(true);
        }
    }

    /// <summary>Ends it: what waits is written if the reader takes it at once, and then why.</summary>
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

    /// <summary>Ends it when everything that waits has been written.</summary>
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

    /// <summary>What is written.</summary>
    /// <param name="send">Called when nothing more waits, and first of all: that it is open is known before there is anything to say.</param>
    /// <param name="stop">Ends it.</param>
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
