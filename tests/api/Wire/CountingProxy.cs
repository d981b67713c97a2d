using System.Text;

namespace RlsChat.Tests.Api.Wire;

/// <summary>Passes everything on, and counts what the client sends: writes as they arrive, and the messages in them.</summary>
internal sealed class CountingProxy(string host, int port) : Proxy(host, port)
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _messages = new();
    private int _writes;

    /// <summary>The counts since the last call: writes, and the letters of the messages.</summary>
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

    protected override Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Listen()
    {
        var messages = new Messages();
        return bytes =>
        {
            lock (_lock)
            {
                _writes++;
                foreach (var (letter, _) in messages.Read(bytes))
                {
                    _messages.Append(letter);
                }
            }

            return bytes;
        };
    }
}
