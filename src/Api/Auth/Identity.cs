using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using RlsChat.Api.Http;

namespace RlsChat.Api.Auth;

/// <summary>Registers what tells who is asking.</summary>
internal static class Identity
{
    /// <summary>The rate limit of what can be guessed at: passwords and tokens.</summary>
    public const string RateLimit = "auth";

    public static void AddIdentity(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Passwords>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(bearer => AccessTokens.Require(bearer, settings))
            .AddGitHubSignIn(settings);
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time)
                    ? time
                    : TimeSpan.FromMinutes(1);
                return new(Problems.Write(rejected.HttpContext, Problems.TooManyRequests(wait)));
            };
            limiter.AddPolicy(RateLimit, context => RateLimitPartition.GetFixedWindowLimiter(
                Network(context.Connection.RemoteIpAddress),
                _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = settings.AuthRateLimit,
                    Window = TimeSpan.FromMinutes(1),
                }));
        });
    }

    /// <summary>
    /// A token that is presented and not valid is a 401 on every route, also where nobody in
    /// particular may read: its bearer believes to be someone.
    /// </summary>
    public static void UseValidTokens(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.ForOneReader();
        return context.Request.Headers.Authorization.Count > 0 && context.User.Identity?.IsAuthenticated != true
            ? Problems.Write(context, Problems.InvalidToken)
            : next(context);
    });

    /// <summary>An IPv4 address, or the /64 of an IPv6 one: what one household is given.</summary>
    private static IPAddress Network(IPAddress? address)
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
