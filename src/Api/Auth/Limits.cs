using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using RlsChat.Api.Configuration;
using RlsChat.Api.Http;

namespace RlsChat.Api.Auth;

/// <summary>
/// Rate limits per minute and process: of each address, before anything else, and of each person, once their token is
/// valid.
/// </summary>
internal static class Limits
{
    /// <summary>The stricter limit for what can be guessed: passwords and tokens.</summary>
    public const string Guessable = "auth";

    /// <summary>The limit for refreshing: ten times the stricter one, because the tabs of a browser refresh together.</summary>
    public const string Refreshing = "refresh";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void AddLimits(this IServiceCollection services, WebSettings settings)
    {
        services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (rejected, _) => new(Refuse(rejected.HttpContext, rejected.Lease));
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
                PerMinute(Network(context.Connection.RemoteIpAddress), settings.AddressRateLimit));
            limiter.AddPolicy(Guessable, context =>
                PerMinute(Network(context.Connection.RemoteIpAddress), settings.AuthRateLimit));
            limiter.AddPolicy(Refreshing, context =>
                PerMinute(Network(context.Connection.RemoteIpAddress), 10 * settings.AuthRateLimit));
        });
        services.AddSingleton(PartitionedRateLimiter.Create<Guid, Guid>(uid => PerMinute(uid, settings.PersonRateLimit)));
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new()
        {
            Timeout = TimeSpan.FromSeconds(settings.RequestTimeout),
            WriteTimeoutResponse = context => Problems.Write(context, Problems.Timeout),
        });
    }

    /// <summary>Counts the requests of each person, after authentication.</summary>
    public static void UsePersonLimit(this WebApplication app)
    {
        var people = app.Services.GetRequiredService<PartitionedRateLimiter<Guid>>();
        app.Use(async (context, next) =>
        {
            if (Caller.From(context.User).Uid is not { } uid)
            {
                await next(context);
                return;
            }

            using var lease = people.AttemptAcquire(uid);
            await (lease.IsAcquired ? next(context) : Refuse(context, lease));
        });
    }

    private static RateLimitPartition<TKey> PerMinute<TKey>(TKey key, int requests) =>
        RateLimitPartition.GetFixedWindowLimiter(key, _ => new() { PermitLimit = requests, Window = Window });

    private static Task Refuse(HttpContext context, RateLimitLease lease) => Problems.Write(context,
        Problems.TooManyRequests(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window));

    /// <summary>An IPv4 address, or the /64 of an IPv6 address, which providers give to one household.</summary>
    public static IPAddress Network(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            return address ?? IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
