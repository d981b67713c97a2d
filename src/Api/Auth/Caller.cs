using System.Security.Claims;

namespace RlsChat.Api.Auth;

/// <summary>
/// The caller of a request: a person and the secret of their session, from a valid access token, or nobody. The
/// database decides whether the session is alive and belongs to that person.
/// </summary>
/// <param name="Uid">The person, or null.</param>
/// <param name="Session">The secret of their session, or null.</param>
/// <param name="IsImpersonated">Whether it is an operator who reads in the person's name (auth.impersonate).</param>
internal readonly record struct Caller(Guid? Uid, string? Session, bool IsImpersonated = false)
{
    /// <summary>Reads the claims that <see cref="AccessTokens"/> has checked.</summary>
    public static Caller From(ClaimsPrincipal principal) =>
        principal.Identity?.IsAuthenticated == true
            ? new(Guid.Parse(principal.FindFirstValue(AccessTokens.Subject)!),
                principal.FindFirstValue(AccessTokens.Session)!,
                principal.HasClaim(claim => claim.Type == AccessTokens.Actor))
            : default;
}
