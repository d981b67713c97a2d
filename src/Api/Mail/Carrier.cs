using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using RlsChat.Api.Configuration;

namespace RlsChat.Api.Mail;

/// <summary>Sends a message by SMTP or, without a server, writes it into a folder.</summary>
internal sealed class Carrier(MailSettings? settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public Task Carry(MimeMessage message) => settings switch
    {
        { Server: { } server } => BySmtp(server, message),
        { Folder: { } folder } => IntoFolder(folder, message),
        _ => throw new InvalidOperationException("no mail was configured"),
    };

    /// <summary>Requires TLS, except on loopback, where it is used if offered.</summary>
    private static async Task BySmtp(Uri server, MimeMessage message)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new SmtpClient();
        var (security, port) = server switch
        {
            { Scheme: "smtps" } => (SecureSocketOptions.SslOnConnect, 465),
            { IsLoopback: true } => (SecureSocketOptions.StartTlsWhenAvailable, 587),
            _ => (SecureSocketOptions.StartTls, 587),
        };
        await client.ConnectAsync(server.IdnHost, server.Port > 0 ? server.Port : port, security, patience.Token);
        if (server.UserInfo.Split(':', 2) is [var name, var password])
        {
            await client.AuthenticateAsync(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password), patience.Token);
        }

        await client.SendAsync(message, patience.Token);
        await client.DisconnectAsync(quit: true, patience.Token);
    }

    /// <summary>Writes one .eml file per message, renamed when complete.</summary>
    private static async Task IntoFolder(string folder, MimeMessage message)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{DateTime.UtcNow:yyyyMMdd-HHmmss-fff}-{Guid.NewGuid():N}");
        await message.WriteToAsync($"{file}.part");
        File.Move($"{file}.part", $"{file}.eml");
    }
}
