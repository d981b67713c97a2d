using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Net.Http.Headers;
using RlsChat.Api.Configuration;

namespace RlsChat.Api.Http;

/// <summary>Headers for browsers and proxies: CORS, security headers, and X-Forwarded-For of trusted proxies.</summary>
internal static class Browsers
{
    public static void AddBrowsers(this IServiceCollection services, WebSettings settings)
    {
        services.AddCors(cors => cors.AddDefaultPolicy(pages => pages
            .WithOrigins(settings.CorsOrigins)
            .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders(
                HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, HeaderNames.IfNoneMatch,
                Idempotency.Header, Freshness.Header, "Last-Event-ID")
            .WithExposedHeaders(
                HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate,
                Idempotency.Replayed, Freshness.Header, "Server-Timing")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            forwarded.ForwardLimit = null;
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            foreach (var network in settings.TrustedProxies)
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        });
    }

    /// <summary>Adds the headers to every response, and takes the client's address from trusted proxies.</summary>
    public static void UseBrowsers(this WebApplication app, Settings settings)
    {
        if (settings.Web.TrustedProxies.Length > 0)
        {
            app.UseForwardedHeaders();
        }

        var overTls = settings.SignIn.PublicUrl?.Scheme == Uri.UriSchemeHttps;
        app.Use((context, next) =>
        {
            // When the response starts, because an exception clears the headers.
            context.Response.OnStarting(() => Say(context.Response.Headers, overTls));
            return next(context);
        });
    }

    private static Task Say(IHeaderDictionary headers, bool overTls)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        }

        if (overTls)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }
}
