using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;

namespace RlsChat.Tests.Api.Doubles;

/// <summary>A mail server on loopback that keeps what it is given: enough of RFC 5321, with AUTH PLAIN.</summary>
internal sealed class SmtpReceiver : IAsyncDisposable
{
    public const string Login = "mailer", Password = "p@ss/word";
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<(string To, MimeMessage Message)> _mails = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public SmtpReceiver()
    {
        _listener.Start();
        _accepting = Accept();
    }

    public string Url => $"smtp://{Login}:{Uri.EscapeDataString(Password)}@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Whether it refuses every recipient, naming them in its answer.</summary>
    public bool Refuses { get; set; }

    /// <summary>How many mails came for that address.</summary>
    public int CountFor(string to) => _mails.Count(mail => mail.To == to);

    /// <summary>The last mail for that address, as soon as there are so many.</summary>
    public async Task<MimeMessage> For(string to, int count = 1)
    {
        for (var waited = 0; CountFor(to) < count; waited++)
        {
            Assert.True(waited < 500, $"mail {count} for {to} did not come");
            await Task.Delay(20);
        }

        return _mails.Last(mail => mail.To == to).Message;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Talk(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private async Task Talk(TcpClient client)
    {
        using var held = client;
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var (to, authenticated) = ("", false);
        await Say("220 double");
        while (await reader.ReadLineAsync() is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "EHLO": await Say("250-double\r\n250-8BITMIME\r\n250 AUTH PLAIN"); break;
                case "AUTH":
                    authenticated = line.Split(' ') is [_, "PLAIN", var secret]
                        && Encoding.UTF8.GetString(Convert.FromBase64String(secret)) == $"\0{Login}\0{Password}";
                    await Say(authenticated ? "235 welcome" : "535 who are you");
                    break;
                case "MAIL": await Say(authenticated ? "250 ok" : "530 who are you"); break;
                case "RCPT":
                    to = line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
                    await Say(Refuses ? $"550 there is no {to}" : "250 ok");
                    break;
                case "DATA":
                    await Say("354 go on");
                    _mails.Enqueue((to, Parse(await Data(reader))));
                    await Say("250 ok");
                    break;
                case "QUIT": await Say("221 bye"); return;
                default: await Say("250 ok"); break;
            }
        }

        async Task Say(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"));
    }

    private static async Task<string> Data(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && line != ".")
        {
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return text.ToString();
    }

    private static MimeMessage Parse(string text) => MimeMessage.Load(new MemoryStream(Encoding.Latin1.GetBytes(text)));
}
