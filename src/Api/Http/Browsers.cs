using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Net.Http.Headers;
using RlsChat.Api.Configuration;

namespace RlsChat.Api.Http;

/// <summary>What browsers, and the proxies between, are told: which pages may ask, and what not to do with an answer.</summary>
internal static class Browsers
{
    public static void AddBrowsers(this IServiceCollection services, WebSettings settings)
    {
        services.AddCors(cors => cors.AddDefaultPolicy(pages => pages
            .WithOrigins(settings.CorsOrigins)
            .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders(
                HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, HeaderNames.IfNoneMatch,
                Idempotency.Header, "Last-Event-ID")
            .WithExposedHeaders(
                HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate,
                Idempotency.Replayed, "Server-Timing")
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

    /// <summary>Says it with every answer; who asked, the proxies that are trusted know.</summary>
    public static void UseBrowsers(this WebApplication app, Settings settings)
    {
        if (settings.Web.TrustedProxies.Length > 0)
        {
            app.UseForwardedHeaders();
        }

        var overTls = settings.SignIn.PublicUrl?.Scheme == Uri.UriSchemeHttps;
        app.Use((context, next) =>
        {
            // At the end, because what fails loses the headers that it had until then.
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
