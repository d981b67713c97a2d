using Microsoft.AspNetCore.DataProtection;

namespace RlsChat.Api.Auth;

/// <summary>
/// What a browser keeps between two requests of a sign-in with GitHub: encrypted, for a minute or a
/// few, out of reach of scripts and of other sites.
/// </summary>
internal sealed class BrowserCookies(IDataProtectionProvider protection)
{
    private const string Pickup = "rlschat-pickup", Link = "rlschat-link";
    private static readonly TimeSpan ToPickUp = TimeSpan.FromMinutes(1), ToLink = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _pickup = protection.CreateProtector("RlsChat.Pickup").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _link = protection.CreateProtector("RlsChat.Link").ToTimeLimitedDataProtector();

    /// <summary>A refresh token, to be picked up at /auth/exchange: it is in no address, and good as any is.</summary>
    public void LeaveRefreshToken(HttpContext context, string token) =>
        context.Response.Cookies.Append(Pickup, _pickup.Protect(token, ToPickUp), Options(context, "/auth/exchange", SameSiteMode.Strict, ToPickUp));

    /// <summary>The refresh token that was left, or null.</summary>
    public string? TakeRefreshToken(HttpContext context) =>
        Take(context, Pickup, _pickup, "/auth/exchange", SameSiteMode.Strict);

    /// <summary>Who wants to link an account; the browser comes back from GitHub with nothing else.</summary>
    public void LeaveCaller(HttpContext context, Caller caller) =>
        context.Response.Cookies.Append(Link, _link.Protect($"{caller.Uid}/{caller.Session}", ToLink), Options(context, "/auth/github", SameSiteMode.Lax, ToLink));

    /// <summary>Whether somebody said in this browser that they want to link an account.</summary>
    public bool HasCaller(HttpContext context) => Read(context, Link, _link) is not null;

    /// <summary>Who said so, or null.</summary>
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
