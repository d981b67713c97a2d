using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace RlsChat.Tests.Api.Wire;

/// <summary>Stands between Npgsql and PostgreSQL (protocol 3.0, without TLS) and sees what the client sends.</summary>
internal abstract class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly (string Host, int Port) _server;
    private int _connections;

    protected Proxy(string host, int port)
    {
        _server = (host, port);
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _connections;

    /// <summary>For a new connection: what becomes of each write of the client.</summary>
    protected abstract Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Listen();

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
            await Task.WhenAny(Forward(near, far, Listen()), Forward(far, near, bytes => bytes));
        }
    }

    private async Task Forward(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> pass)
    {
        var buffer = new byte[1 << 20];
        for (int length; (length = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            await to.WriteAsync(pass(buffer.AsMemory(0, length)), _stop.Token);
        }
    }

    /// <summary>Finds the messages in a stream of bytes: a letter and a length; the first has no letter.</summary>
    protected sealed class Messages
    {
        private readonly List<byte> _rest = [];
        private bool _started;

        /// <summary>Those that are complete now; the first goes by the letter '^'.</summary>
        public IEnumerable<(char Letter, byte[] Bytes)> Read(ReadOnlyMemory<byte> bytes)
        {
            _rest.AddRange(bytes.Span);
            while (true)
            {
                var head = _started ? 1 : 0;
                if (_rest.Count < head + 4)
                {
                    yield break;
                }

                var length = head + BinaryPrimitives.ReadInt32BigEndian(_rest.Skip(head).Take(4).ToArray());
                if (_rest.Count < length)
                {
                    yield break;
                }

                yield return (_started ? (char)_rest[0] : '^', _rest.GetRange(0, length).ToArray());
                _rest.RemoveRange(0, length);
                _started = true;
            }
        }
    }
}
