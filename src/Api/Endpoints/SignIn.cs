using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using RlsChat.Api.Auth;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Signing up, in and out with an e-mail address and a password.</summary>
internal static class SignIn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").RequireRateLimiting(Limits.Guessable);
        auth.MapPost("/register", Register).WithName("auth.register")
            .WithSummary("Creates an account and signs it in.")
            .AllowAnonymous().Raises("email_taken");
        auth.MapPost("/login", LogIn).WithName("auth.login")
            .WithSummary("Signs a person in with their e-mail address and password.")
            .AllowAnonymous().Raises("invalid_credentials");
        auth.MapPost("/refresh", Refresh).WithName("auth.refresh")
            .WithSummary("Exchanges a refresh token for a new pair of tokens.")
            .AllowAnonymous().Raises("invalid_refresh_token").RequireRateLimiting(Limits.Refreshing);
        auth.MapPost("/logout", LogOut).WithName("auth.logout")
            .WithSummary("Ends the session of a refresh token; also succeeds when there is none.")
            .AllowAnonymous();
    }

    /// <summary>The account to create.</summary>
    /// <param name="Email">Their e-mail address.</param>
    /// <param name="Password">The password that they will sign in with.</param>
    internal sealed record Registration([Required, Email] string? Email, [Required, NewPassword] string? Password) : IInput;

    /// <summary>An e-mail address and its password.</summary>
    /// <param name="Email">The e-mail address of the account.</param>
    /// <param name="Password">Its password.</param>
    internal sealed record Credentials(
        [Required, Text(1, EmailAttribute.Longest)] string? Email, [Required, KnownPassword] string? Password) : IInput;

    /// <summary>A refresh token.</summary>
    internal sealed record RefreshRequest([Required, Text(1, 255)] string? RefreshToken) : IInput;

    /// <summary>The tokens of a client that is signed in.</summary>
    /// <param name="AccessToken">Goes into the Authorization header of every request.</param>
    /// <param name="RefreshToken">Good once, for the next pair; for <c>REFRESH_GRACE</c> seconds after that, for another one.</param>
    /// <param name="ExpiresIn">The lifetime of the access token in seconds.</param>
    /// <param name="User">The person, as <c>GET /me</c> answers.</param>
    internal sealed record Tokens(string AccessToken, string RefreshToken, int ExpiresIn, Me.Person User);

    private sealed record Known(Guid UserId, string Email, string Password);

    private static async Task<Created<Tokens>> Register(
        Registration who, Passwords passwords, SignInDb signIn, AccessTokens tokens, UserDb db)
    {
        var person = await signIn.Call<Guid>(
            """select auth.sign_up($1, $2)""", who.Email, passwords.Hash(who.Password!));
        return TypedResults.Created("/me", await Open(person, signIn, tokens, db));
    }

    private static async Task<Results<Ok<Tokens>, Refusal>> LogIn(
        Credentials who, Passwords passwords, SignInDb signIn, AccessTokens tokens, UserDb db)
    {
        var known = await signIn.Call<Known>(
            """select "userId", "email", "password" from auth.credentials($1)""", who.Email);
        var verdict = passwords.Verify(known?.Password, who.Password!);
        if (known is null || verdict == PasswordVerificationResult.Failed)
        {
            return Problems.InvalidCredentials.Refuse();
        }

        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await signIn.Call<bool>("""select auth.replace_password_hash($1, $2, $3)""",
                known.UserId, known.Password, passwords.Hash(who.Password!));
        }

        return TypedResults.Ok(await Open(known.UserId, signIn, tokens, db));
    }

    private static async Task<Results<Ok<Tokens>, Refusal>> Refresh(
        RefreshRequest old, SignInDb signIn, Settings settings, AccessTokens tokens, UserDb db) =>
        await Renew(old.RefreshToken!, signIn, settings, tokens, db) is { } pair
            ? TypedResults.Ok(pair)
            : Problems.InvalidRefreshToken.Refuse();

    private static async Task<NoContent> LogOut(RefreshRequest ticket, SignInDb signIn)
    {
        await signIn.Call<bool>("""select auth.sign_out($1)""", Secret.Digest(ticket.RefreshToken!));
        return TypedResults.NoContent();
    }

    /// <summary>Exchanges a refresh token, once and within its grace; null when it is refused.</summary>
    internal static async Task<Tokens?> Renew(
        string old, SignInDb signIn, Settings settings, AccessTokens tokens, UserDb db)
    {
        var (refresh, session) = (Secret.New(), Secret.New());
        var person = await signIn.Call<Guid?>("""select auth.refresh_session($1, $2, $3, $4, $5)""",
            Secret.Digest(old), Secret.Digest(refresh), Secret.Digest(session), signIn.Client, settings.SignIn.RefreshGrace);
        return person is { } id ? await Hand(id, refresh, session, tokens, db) : null;
    }

    /// <summary>Signs a person in.</summary>
    internal static async Task<Tokens> Open(Guid person, SignInDb signIn, AccessTokens tokens, UserDb db)
    {
        var (refresh, session) = await OpenSession(person, signIn);
        return await Hand(person, refresh, session, tokens, db);
    }

    /// <summary>Signs a person in whose browser will fetch its tokens later, with this refresh token.</summary>
    internal static async Task<string> OpenFor(Guid person, SignInDb signIn) => (await OpenSession(person, signIn)).Refresh;

    private static async Task<(string Refresh, string Session)> OpenSession(Guid person, SignInDb signIn)
    {
        var (refresh, session) = (Secret.New(), Secret.New());
        await signIn.Call<DateTime>("""select auth.open_session($1, $2, $3, $4)""",
            person, Secret.Digest(refresh), Secret.Digest(session), signIn.Client);
        return (refresh, session);
    }

    private static async Task<Tokens> Hand(
        Guid person, string refresh, string session, AccessTokens tokens, UserDb db) =>
        new(tokens.Issue(person, session), refresh, (int)AccessTokens.Lifetime.TotalSeconds,
            await Me.Read(db.As(new Caller(person, session))) ?? throw new SessionEndedException());
}
