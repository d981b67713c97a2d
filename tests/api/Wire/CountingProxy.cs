using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RlsChat.Tests.Api.Wire;

/// <summary>
/// Stands between Npgsql and PostgreSQL, passes everything on, and counts what the client sends:
/// writes as they arrive, and the messages in them (protocol 3.0, without TLS).
/// </summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly (string Host, int Port) _server;
    private readonly Lock _lock = new();
    private readonly StringBuilder _messages = new();
    private int _writes;
    private int _connections;

    public CountingProxy(string host, int port)
    {
        _server = (host, port);
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _connections;

    /// <summary>What was counted since the last time: writes, and the letters of the messages.</summary>
    public (int Writes, string Messages) Take()
    {
        lock (_lock)
        {
            var taken = (_writes, _messages.ToString());
            _writes = 0;
            _messages.Clear();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            Interlocked.Increment(ref _connections);
            _ = Serve(client);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            await server.ConnectAsync(_server.Host, _server.Port);
            var (near, far) = (client.GetStream(), server.GetStream());
            await Task.WhenAny(Forward(near, far, new Messages()), Forward(far, near, null));
        }
    }

    private async Task Forward(NetworkStream from, NetworkStream to, Messages? messages)
    {
        var buffer = new byte[1 << 20];
        for (int length; (length = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            if (messages is not null)
            {
                lock (_lock)
                {
                    _writes++;
                    messages.Read(buffer.AsSpan(0, length), _messages);
                }
            }

            await to.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
        }
    }

    /// <summary>Finds the messages in a stream of bytes: a letter and a length; the first has no letter.</summary>
    private sealed class Messages
    {
        private readonly List<byte> _rest = [];
        private bool _started;

        public void Read(ReadOnlySpan<byte> bytes, StringBuilder letters)
        {
            _rest.AddRange(bytes);
            while (true)
            {
                var head = _started ? 1 : 0;
                if (_rest.Count < head + 4)
                {
                    return;
                }

                var length = BinaryPrimitives.ReadInt32BigEndian(_rest.Skip(head).Take(4).ToArray());
                if (_rest.Count < head + length)
                {
                    return;
                }

                letters.Append(_started ? (char)_rest[0] : '^');
                _rest.RemoveRange(0, head + length);
                _started = true;
            }
        }
    }
}
