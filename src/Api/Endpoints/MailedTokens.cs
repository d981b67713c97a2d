using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using RlsChat.Api.Auth;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.Mail;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>
/// Verifies an address, or resets a password, by a mailed token of 256 bits that works once and for 30 minutes. No
/// response tells whether an address is known.
/// </summary>
internal static class MailedTokens
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").RequireRateLimiting(Limits.Guessable);
        auth.MapPost("/verify-email/request", RequestVerification).WithName("auth.verify_email.request")
            .WithSummary("Mails the signed-in person a token that proves their e-mail address.");
        auth.MapPost("/verify-email", Verify).WithName("auth.verify_email")
            .WithSummary("Proves an e-mail address with the token that was mailed to it, by a session or the password of the person who asked for it.")
            .AllowAnonymous().Raises("token_invalid", "email_taken");
        auth.MapPost("/password/request", RequestPassword).WithName("auth.password.request")
            .WithSummary("Mails a token for a new password, where the address has an account.")
            .AllowAnonymous();
        auth.MapPost("/password", ResetPassword).WithName("auth.password")
            .WithSummary("Sets a new password with a mailed token and ends every session.")
            .AllowAnonymous().Raises("token_invalid");
    }

    /// <summary>The address that a token is mailed to.</summary>
    /// <param name="Email">An e-mail address.</param>
    internal sealed record Addressee([Required, Email] string? Email) : IInput;

    /// <summary>A token that came by mail.</summary>
    /// <param name="Token">The token from the mail.</param>
    /// <param name="Password">The password of the person who asked for it; required if they are not signed in.</param>
    internal sealed record MailedToken([Required, MailedSecret] string? Token, [KnownPassword] string? Password) : IInput;

    /// <summary>A token that came by mail, and the new password.</summary>
    /// <param name="Token">The token from the mail.</param>
    /// <param name="Password">The new password.</param>
    internal sealed record NewPassword([Required, MailedSecret] string? Token, [Required, NewPassword] string? Password) : IInput;

    /// <summary>A signed-in person gives their current or new address.</summary>
    private static async Task<Results<Accepted, NotFound, UnauthorizedHttpResult>> RequestVerification(
        Addressee to, ClaimsPrincipal user, SignInDb signIn, PostOffice post, Settings settings)
    {
        if (settings.SignIn.Mail is null)
        {
            return TypedResults.NotFound();
        }

        var (caller, token) = (Caller.From(user), Secret.New());
        if (caller.Uid is null)
        {
            return TypedResults.Unauthorized();
        }

        await signIn.As(caller).Call<string>(
            """select auth.request_verification('verify_email', $1, $2)""", to.Email, Secret.Digest(token));
        post.Take(to.Email!, () => Task.FromResult<Letter?>(Letter.ToVerify(token, settings)));
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>
    /// The reader of the mail may not be the person who asked for it, so the token alone proves nothing.
    /// A wrong password and an unknown token have one answer, which takes the same time.
    /// </summary>
    private static async Task<Results<NoContent, UnauthorizedHttpResult>> Verify(
        MailedToken proof, ClaimsPrincipal user, Passwords passwords, SignInDb signIn)
    {
        var (caller, digest) = (Caller.From(user), Secret.Digest(proof.Token!));
        if (caller.Uid is null && proof.Password is null)
        {
            return TypedResults.Unauthorized();
        }

        // Hashing is slow on purpose, so it happens between two calls and in no transaction.
        string? hash = null;
        if (proof.Password is { } password)
        {
            hash = await signIn.Call<string>("""select auth.mailed_password_hash($1)""", digest);
            hash = passwords.Verify(hash, password) == PasswordVerificationResult.Failed ? null : hash;
        }

        await signIn.As(caller).Call<Guid>("""select auth.verify_email($1, $2)""", digest, hash);
        return TypedResults.NoContent();
    }

    /// <summary>
    /// Whether there is such a person is asked after the answer, so that it takes the same time. It is mailed to
    /// their address as it is known: another spelling may be another's mailbox.
    /// </summary>
    private static Results<Accepted, NotFound> RequestPassword(
        Addressee to, SignInDb signIn, PostOffice post, Settings settings)
    {
        if (settings.SignIn.Mail is null)
        {
            return TypedResults.NotFound();
        }

        var later = signIn.AfterRequest();
        post.Take(to.Email!, async () =>
        {
            var token = Secret.New();
            return await later.Call<string>(
                """select auth.request_verification('reset_password', $1, $2)""", to.Email, Secret.Digest(token)) is { } address
                ? Letter.ToResetPassword(token, settings) with { To = address }
                : null;
        });
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>Ends every session of that person, also those opened with a stolen password.</summary>
    private static async Task<NoContent> ResetPassword(NewPassword wanted, Passwords passwords, SignInDb signIn)
    {
        await signIn.Call<Guid>("""select auth.reset_password($1, $2)""",
            Secret.Digest(wanted.Token!), passwords.Hash(wanted.Password!));
        return TypedResults.NoContent();
    }
}
