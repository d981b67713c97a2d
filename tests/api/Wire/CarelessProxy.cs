using System.Buffers.Binary;
using System.Text;

namespace RlsChat.Tests.Api.Wire;

/// <summary>
/// Makes of the API another that is careless with identities: it rewords the SQL of each statement before the
/// server parses it. Only tests have it: what finds leaks must find these.
/// </summary>
internal sealed class CarelessProxy(string host, int port, Func<string, string> reword) : Proxy(host, port)
{
    protected override Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Listen()
    {
        var messages = new Messages();
        return bytes => messages.Read(bytes)
            .SelectMany(message => message.Letter == 'P' ? Parse(message.Bytes) : message.Bytes)
            .ToArray();
    }

    // 'P', its length, the statement's name and its SQL, each with a zero at its end, and its types.
    private byte[] Parse(byte[] message)
    {
        var sql = Array.IndexOf(message, (byte)0, 5) + 1;
        var types = Array.IndexOf(message, (byte)0, sql);
        byte[] reworded =
            [.. message[..sql], .. Encoding.UTF8.GetBytes(reword(Encoding.UTF8.GetString(message[sql..types]))), .. message[types..]];
        BinaryPrimitives.WriteInt32BigEndian(reworded.AsSpan(1), reworded.Length - 1);
        return reworded;
    }
}
