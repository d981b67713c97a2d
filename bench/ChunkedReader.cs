using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RlsChat.Bench;

/// <summary>
/// The chunks of an HTTP/1.1 answer, without their framing, from a socket: as little work for the thousand
/// who follow as can be, because they stand on the machine that is measured.
/// </summary>
internal sealed class ChunkedReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _begin, _end, _left;

    /// <summary>Asks, and reads as far as the end of the headers.</summary>
    /// <exception cref="IOException">The answer is not 200.</exception>
    public async Task Get(string host, string path, string token, CancellationToken stop)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"), stop);
        int headers;
        while ((headers = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await Fill(stop))
            {
                throw new IOException("closed before it answered");
            }
        }

        if (!_buffer.AsSpan().StartsWith("HTTP/1.1 200 "u8))
        {
            throw new IOException(Encoding.ASCII.GetString(_buffer, 0, headers));
        }

        _begin = headers + 4;
    }

    /// <summary>What has come; 0 bytes when there is no more.</summary>
    public async ValueTask<int> Read(Memory<byte> text, CancellationToken stop)
    {
        while (true)
        {
            var taken = Take(text.Span);
            if (taken > 0 || !await Fill(stop))
            {
                return taken;
            }
        }
    }

    // Before each chunk stands its size and a line end, after it another line end.
    private int Take(Span<byte> text)
    {
        var taken = 0;
        while (taken < text.Length)
        {
            var rest = _buffer.AsSpan(_begin, _end - _begin);
            if (_left == 0)
            {
                var line = rest.IndexOf((byte)'\n');
                if (line < 0)
                {
                    break;
                }

                var size = rest[..line].TrimEnd((byte)'\r');
                _begin += line + 1;
                _left = size.Length == 0 ? 0 : int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                continue;
            }

            var some = Math.Min(Math.Min(_left, rest.Length), text.Length - taken);
            if (some == 0)
            {
                break;
            }

            rest[..some].CopyTo(text[taken..]);
            (_begin, _left, taken) = (_begin + some, _left - some, taken + some);
        }

        return taken;
    }

    private async ValueTask<bool> Fill(CancellationToken stop)
    {
        _buffer.AsSpan(_begin, _end - _begin).CopyTo(_buffer);
        (_begin, _end) = (0, _end - _begin);
        var read = await socket.ReceiveAsync(_buffer.AsMemory(_end), stop);
        _end += read;
        return read > 0;
    }
}
