using System.Net;
using System.Net.Sockets;
using RlsChat.Database;

namespace RlsChat.Tests.Cluster;

/// <summary>A way to a port of loopback that can be cut: nothing that is sent arrives until it is whole again.</summary>
internal sealed class Forwarder : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _to;
    private static int _port = 20_000 + Random.Shared.Next(10_000);
    private volatile bool _isCut;

    public Forwarder(int to)
    {
        _to = to;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool IsCut
    {
        get => _isCut;
        set => _isCut = value;
    }

    /// <summary>A port that is given once, below those that the system gives to outgoing connections.</summary>
    public static int FreePort()
    {
        int port;
        while (!Ports.IsFree(port = Interlocked.Increment(ref _port)))
        {
        }

        return port;
    }

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (SocketException) when (_listener.Server.IsBound)
            {
                // One who gave up before.
                continue;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Forward(client);
        }
    }

    private async Task Forward(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _to);
                await Task.WhenAny(Copy(client.GetStream(), server.GetStream()), Copy(server.GetStream(), client.GetStream()));
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // The other side has gone.
            }
        }
    }

    private async Task Copy(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16384];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer)) > 0;)
            {
                while (_isCut)
                {
                    await Task.Delay(50);
                }

                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side has gone.
        }
    }
}
