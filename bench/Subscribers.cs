using System.Net.Sockets;
using System.Text;

namespace RlsChat.Bench;

/// <summary>
/// People who follow their events, each on a socket; counts the messages that they are told of. They ask by HTTP/1.0, whose
/// responses have no chunks, and so take little of the processors that are measured.
/// </summary>
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

    public static async Task<Subscribers> Connect(World world, Service api, int people)
    {
        var subscribers = new Subscribers();
        foreach (var some in Enumerable.Range(0, people).Chunk(20))
        {
            var sockets = await Task.WhenAll(some.Select(person => Follow(api, world.Token(world.Of(person)))));
            subscribers._reading.AddRange(sockets.Select(subscribers.Read));
        }

        return subscribers;
    }

    /// <summary>A socket from which a person's events can be read: all that happen from now on.</summary>
    public static async Task<Socket> Follow(Service api, string token)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(api.Address.Host, api.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /me/events HTTP/1.0\r\nHost: {api.Address.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n"));
        var (text, buffer, limit) = ("", new byte[4096], new CancellationTokenSource(TimeSpan.FromSeconds(30)));
        while (!text.Contains("event: ready\n", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, limit.Token);
            text += read > 0 ? Encoding.UTF8.GetString(buffer, 0, read) : throw new IOException(text);
        }

        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reading);
        _stop.Dispose();
    }

    private async Task Read(Socket socket)
    {
        using var _ = socket;
        Interlocked.Increment(ref _open);
        try
        {
            var buffer = new byte[64 * 1024];
            for (var kept = 0; await socket.ReceiveAsync(buffer.AsMemory(kept), _stop.Token) is > 0 and var read;)
            {
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
            Interlocked.Decrement(ref _open);
        }
    }
}
