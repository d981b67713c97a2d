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
    private const int MaxWaiting = 1024, MaxCharacters = 4 * 1024 * 1024;

    /// <summary>For how long what was put before access was lost may still be written.</summary>
    private static readonly TimeSpan Remainder = TimeSpan.FromMilliseconds(250);

    /// <summary>For how long somebody may leave even the end untaken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Channel<SseItem<string>> _waiting = Channel.CreateBounded<SseItem<string>>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private string? _end;
    private bool _isComplete, _isClosed;
    private DateTimeOffset _until = DateTimeOffset.MaxValue;
    private int _characters;

    /// <summary>Who, or null for nobody in particular.</summary>
    public Guid? Person { get; init; }

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

    /// <summary>Closes the connection of a reader who takes nothing, not even the end.</summary>
    public required Action Cut { get; init; }

    /// <summary>Called when there is room again.</summary>
    public required Action Drained { get; init; }

    /// <summary>When the reader last took something.</summary>
    public DateTimeOffset LastTaken { get; private set; } = DateTimeOffset.UtcNow;

    /// <summary>Why it ended, or null.</summary>
    public string? Ended => Volatile.Read(ref _end);

    /// <summary>Whether a page of events can be put.</summary>
    public bool HasRoom => _waiting.Reader.Count < MaxWaiting / 4 && Volatile.Read(ref _characters) < MaxCharacters / 4;

    /// <summary>Whether they were told where they stand.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Whether there is nothing more for them.</summary>
    public bool IsOver => Ended is not null || Volatile.Read(ref _isComplete);

    /// <summary>False when there is no room.</summary>
    public bool TryPut(SseItem<string> item)
    {
        // One that is larger than everything together goes when nothing else waits.
        if (Volatile.Read(ref _characters) is > 0 and var waiting && waiting + item.Data.Length > MaxCharacters)
        {
            return false;
        }

        Interlocked.Add(ref _characters, item.Data.Length);
        if (_waiting.Writer.TryWrite(item))
        {
            return true;
        }

        Interlocked.Add(ref _characters, -item.Data.Length);
        return false;
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

            _until = DateTimeOffset.UtcNow + Remainder;
            Volatile.Write(ref _end, reason);
        }

        _waiting.Writer.TryComplete();
        _ = CutLater();
    }

    /// <summary>Ends it when everything that waits has been written.</summary>
    public void Complete()
    {
        Volatile.Write(ref _isComplete, true);
        _waiting.Writer.TryComplete();
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
        while (true)
        {
            await send(stop);
            if (!await _waiting.Reader.WaitToReadAsync(stop))
            {
                break;
            }

            while ((Ended is null || DateTimeOffset.UtcNow < _until) && _waiting.Reader.TryRead(out var item))
            {
                Interlocked.Add(ref _characters, -item.Data.Length);
                LastTaken = DateTimeOffset.UtcNow;
                yield return item;
                if (From is not null && HasRoom)
                {
                    Drained();
                }
            }

            if (Ended is not null)
            {
                break;
            }
        }

        if (Ended is { } reason)
        {
            yield return new SseItem<string>($$"""{"reason":"{{reason}}"}""", "end");
        }
    }

    private async Task CutLater()
    {
        await Task.Delay(Patience);
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
