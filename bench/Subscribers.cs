using System.Net.Sockets;

namespace RlsChat.Bench;

/// <summary>A thousand who follow what is theirs over HTTP, and count the messages that they are told of.</summary>
internal sealed class Subscribers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _reading = [];
    private long _heard;
    private int _open;

    /// <summary>Messages that somebody was told of, each time.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>How many are open.</summary>
    public int Open => Volatile.Read(ref _open);

    public static async Task<Subscribers> Come(LiveWorld world, LiveApi api)
    {
        var subscribers = new Subscribers();
        foreach (var some in Enumerable.Range(1, LiveWorld.People).Chunk(20))
        {
            await Task.WhenAll(some.Select(person => subscribers.Come(new Uri(api.Address, "/me/events"), world.Token(person))));
        }

        return subscribers;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reading);
        _stop.Dispose();
    }

    private async Task Come(Uri address, string token)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port, _stop.Token);
        var reader = new ChunkedReader(socket);
        await reader.Get(address.Authority, address.AbsolutePath, token, _stop.Token);
        var ready = new TaskCompletionSource();
        _reading.Add(Read(socket, reader, ready));
        await ready.Task;
    }

    private async Task Read(Socket socket, ChunkedReader reader, TaskCompletionSource ready)
    {
        Interlocked.Increment(ref _open);
        try
        {
            using var _ = socket;
            var buffer = new byte[64 * 1024];
            for (var kept = 0; await reader.Read(buffer.AsMemory(kept), _stop.Token) is > 0 and var read;)
            {
                ready.TrySetResult();
                var text = buffer.AsSpan(0, kept + read);
                // The rest of a line stays for the next reading.
                var end = text.LastIndexOf((byte)'\n') + 1;
                Interlocked.Add(ref _heard, text[..end].Count("event: message.created\n"u8));
                text[end..].CopyTo(buffer);
                kept = text.Length - end;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Closed, here or there.
        }
        finally
        {
            ready.TrySetResult();
            Interlocked.Decrement(ref _open);
        }
    }
}
