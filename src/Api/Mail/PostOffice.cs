using System.Threading.Channels;
using System.Threading.RateLimiting;
using MimeKit;
using RlsChat.Api.Configuration;
using RlsChat.Api.Text;

namespace RlsChat.Api.Mail;

/// <summary>
/// Sends mail after the response, outside of any transaction. Failures are logged and not retried: people can ask
/// again. Each address gets only a few mails in ten minutes.
/// </summary>
internal sealed partial class PostOffice(Settings settings, Carrier carrier, ILogger<PostOffice> log) : BackgroundService
{
    /// <summary>The maximum number of mails to one address in <see cref="While"/>.</summary>
    public const int MostInAWhile = 5;

    private const int Waiting = 1000, AtOnce = 4;
    private static readonly TimeSpan While = TimeSpan.FromMinutes(10);

    private readonly Channel<Errand> _errands = Channel.CreateBounded<Errand>(Waiting);
    private readonly PartitionedRateLimiter<string> _recipients = PartitionedRateLimiter.Create<string, string>(to =>
        RateLimitPartition.GetFixedWindowLimiter(to,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = MostInAWhile, Window = While }));

    private sealed record Errand(string To, Func<Task<Letter?>> Write);

    /// <summary>Queues a mail and returns at once.</summary>
    /// <param name="to">An e-mail address.</param>
    /// <param name="write">Called later; null sends nothing.</param>
    public void Take(string to, Func<Task<Letter?>> write)
    {
        if (HasEnough(to))
        {
            Dropped("this address was sent enough for now");
        }
        else if (!_errands.Writer.TryWrite(new Errand(to, write)))
        {
            Dropped("too many are waiting");
        }
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _errands.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _recipients.Dispose();
        base.Dispose();
    }

    /// <summary>Queued mail is sent before the process stops, so no token stops it.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        _errands.Reader.ReadAllAsync(CancellationToken.None),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
        async (errand, _) => await Send(errand));

    private bool HasEnough(string to)
    {
        using var lease = _recipients.AttemptAcquire(Key(to));
        return !lease.IsAcquired;
    }

    private static string Key(string to) => Nfc.Of(to).ToLowerInvariant();

    private async Task Send(Errand errand)
    {
        try
        {
            if (await errand.Write() is not { } letter)
            {
                return;
            }

            var to = Nfc.Of(letter.To ?? errand.To);
            if (Key(to) != Key(errand.To) && HasEnough(to))
            {
                Dropped("this address was sent enough for now");
                return;
            }

            using var message = new MimeMessage
            {
                From = { settings.SignIn.Mail!.From },
                To = { new MailboxAddress("", to) },
                Subject = letter.Subject,
                Body = new TextPart("plain") { Text = letter.Text },
            };
            await carrier.Carry(message);
            Sent();
        }
        catch (Exception e)
        {
            // The message may hold the address, so only the type is logged.
            Failed(e.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "a mail was handed over")]
    private partial void Sent();

    [LoggerMessage(Level = LogLevel.Warning, Message = "a mail was not sent: {reason}")]
    private partial void Dropped(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "a mail was not sent: {kind}")]
    private partial void Failed(string kind);
}

/// <summary>Registers it.</summary>
internal static class MailServices
{
    public static void AddMail(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(new Carrier(settings.SignIn.Mail));
        services.AddSingleton<PostOffice>();
        services.AddHostedService(provider => provider.GetRequiredService<PostOffice>());
    }
}
