using System.Security.Claims;

namespace RlsChat.Api.Auth;

/// <summary>
/// Who is asking: a person and the secret of their session, both from a valid access token, or
/// nobody. That the session is alive and that person's, the database decides.
/// </summary>
/// <param name="Uid">The person, or null for nobody.</param>
/// <param name="Session">The secret of their session, or null for nobody.</param>
internal readonly record struct Caller(Guid? Uid, string? Session)
{
    /// <summary>Reads the claims that <see cref="AccessTokens"/> has checked.</summary>
    public static Caller From(ClaimsPrincipal principal) =>
        principal.Identity?.IsAuthenticated == true
            ? new(Guid.Parse(principal.FindFirstValue(AccessTokens.Subject)!),
                principal.FindFirstValue(AccessTokens.Session)!)
            : default;
}
