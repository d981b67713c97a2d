using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RlsChat.Api.Configuration;

namespace RlsChat.Api.Auth;

/// <summary>Our access tokens: how they are issued and validated.</summary>
internal sealed class AccessTokens(Settings settings, TokenCache cache, TimeProvider time)
{
    /// <summary>The claim of the person.</summary>
    public const string Subject = "sub";

    /// <summary>The claim of the session's secret.</summary>
    public const string Session = "ses";

    /// <summary>The claim of who acts in the person's name (RFC 8693): an operator, who reads.</summary>
    public const string Actor = "act";

    /// <summary>The lifetime of a token. When a session ends, its tokens end at once.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string Type = "at+jwt";
    private static readonly JsonWebTokenHandler Writer = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>A token for a session of that person.</summary>
    /// <param name="person">Who the bearer is.</param>
    /// <param name="session">The secret of the session.</param>
    /// <param name="impersonator">The operator whose session it is, or null.</param>
    public string Issue(Guid person, string session, Guid? impersonator = null)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object> { [Subject] = person.ToString(), [Session] = session };
        if (impersonator is { } actor)
        {
            claims[Actor] = new Dictionary<string, object> { [Subject] = actor.ToString() };
        }

        return Writer.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            Issuer = settings.JwtIssuer,
            Audience = settings.JwtAudience,
            IssuedAt = now,
            Expires = now + Lifetime,
            Claims = claims,
            SigningCredentials = settings.JwtSigningKeys.Credentials,
        });
    }

    /// <summary>What JwtBearer accepts: exactly what <see cref="Issue"/> makes.</summary>
    public void Require(JwtBearerOptions bearer)
    {
        bearer.SaveToken = false;
        bearer.TokenHandlers.Clear();
        bearer.TokenHandlers.Add(cache);
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidTypes = [Type],
            ValidIssuer = settings.JwtIssuer,
            ValidAudience = settings.JwtAudience,
            IssuerSigningKeyResolver = (_, _, kid, _) => settings.JwtSigningKeys.Find(kid),
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        bearer.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                var claims = context.Principal!;
                if (!Guid.TryParseExact(Only(claims, Subject), "D", out _) || !Secret.IsWellFormed(Only(claims, Session)))
                {
                    context.Fail("not a person's session");
                }
                // RFC 7515: a token with an unknown critical header is invalid.
                else if (context.SecurityToken is not JsonWebToken token || token.TryGetHeaderValue<object>("crit", out _))
                {
                    context.Fail("a critical extension that is not known here");
                }

                return Task.CompletedTask;
            },
        };
    }

    /// <summary>The claim's value, unless it has none or several.</summary>
    private static string? Only(ClaimsPrincipal claims, string type) =>
        claims.FindAll(type).Take(2).ToArray() is [var claim] ? claim.Value : null;
}
