using Microsoft.AspNetCore.DataProtection;

namespace RlsChat.Api.Auth;

/// <summary>
/// Cookies between two requests of a sign-in with GitHub: encrypted, short-lived, and not accessible to scripts or
/// other sites.
/// </summary>
internal sealed class BrowserCookies(IDataProtectionProvider protection)
{
    private const string Pickup = "rlschat-pickup", Link = "rlschat-link";
    private static readonly TimeSpan ToPickUp = TimeSpan.FromMinutes(1), ToLink = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _pickup = protection.CreateProtector("RlsChat.Pickup").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _link = protection.CreateProtector("RlsChat.Link").ToTimeLimitedDataProtector();

    /// <summary>Stores a refresh token for /auth/exchange, so that it is in no URL.</summary>
    public void LeaveRefreshToken(HttpContext context, string token) =>
        context.Response.Cookies.Append(Pickup, _pickup.Protect(token, ToPickUp), Options(context, "/auth/exchange", SameSiteMode.Strict, ToPickUp));

    /// <summary>Removes and returns the refresh token, or null.</summary>
    public string? TakeRefreshToken(HttpContext context) =>
        Take(context, Pickup, _pickup, "/auth/exchange", SameSiteMode.Strict);

    /// <summary>Stores the caller who links an account: the redirect from GitHub carries no token.</summary>
    public void LeaveCaller(HttpContext context, Caller caller) =>
        context.Response.Cookies.Append(Link, _link.Protect($"{caller.Uid}/{caller.Session}", ToLink), Options(context, "/auth/github", SameSiteMode.Lax, ToLink));

    /// <summary>Whether a caller is stored.</summary>
    public bool HasCaller(HttpContext context) => Read(context, Link, _link) is not null;

    /// <summary>Removes and returns the caller, or null.</summary>
    public Caller? TakeCaller(HttpContext context) =>
        Take(context, Link, _link, "/auth/github", SameSiteMode.Lax)?.Split('/', 2) is [var uid, var session]
            ? new Caller(Guid.Parse(uid), session)
            : null;

    private static string? Take(HttpContext context, string name, ITimeLimitedDataProtector protector, string path, SameSiteMode sites)
    {
        var text = Read(context, name, protector);
        if (context.Request.Cookies.ContainsKey(name))
        {
            context.Response.Cookies.Delete(name, Options(context, path, sites, null));
        }

        return text;
    }

    private static string? Read(HttpContext context, string name, ITimeLimitedDataProtector protector)
    {
        try
        {
            return context.Request.Cookies[name] is { Length: > 0 } text ? protector.Unprotect(text) : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private static CookieOptions Options(HttpContext context, string path, SameSiteMode sites, TimeSpan? lifetime) => new()
    {
        Path = path,
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = sites,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
