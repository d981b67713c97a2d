using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.Mail;

namespace RlsChat.Api.Auth;

/// <summary>
/// Proving an address, and a new password for who forgot theirs: by a token of 256 bits that is
/// mailed, good once and for 30 minutes. No answer tells whether an address is known.
/// </summary>
internal static class MailedTokens
{
    private const string KnownForm = "must be the token of a mail";

    public static void MapMailedTokens(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").RequireRateLimiting(Identity.RateLimit);
        auth.MapPost("/verify-email/request", RequestVerification).WithName("auth.verify_email.request");
        auth.MapPost("/verify-email", Verify).WithName("auth.verify_email");
        auth.MapPost("/password/request", RequestPassword).WithName("auth.password.request");
        auth.MapPost("/password", ResetPassword).WithName("auth.password");
    }

    /// <summary>The address that a token is mailed to.</summary>
    internal sealed record Addressee(string? Email) : IInput
    {
        public void Check(Errors errors) => errors.Email("email", Email);
    }

    /// <summary>A token that came by mail.</summary>
    internal sealed record Proof(string? Token) : IInput
    {
        public void Check(Errors errors) => CheckToken(errors, Token);
    }

    /// <summary>A token that came by mail, and the new password.</summary>
    internal sealed record NewPassword(string? Token, string? Password) : IInput
    {
        public void Check(Errors errors)
        {
            CheckToken(errors, Token);
            errors.Text("password", Password, Passwords.MinLength, Passwords.MaxLength);
        }
    }

    private static void CheckToken(Errors errors, string? token)
    {
        if (!Secret.IsWellFormed(token))
        {
            errors.Add("token", KnownForm);
        }
    }

    /// <summary>Somebody who is signed in says what their address is, or will be.</summary>
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

        await signIn.As(caller).Call<bool>(
            """select auth.request_verification('verify_email', $1, $2)""", to.Email, Secret.Digest(token));
        post.Take(to.Email!, () => Task.FromResult<Letter?>(Letter.ToVerify(token, settings)));
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<NoContent> Verify(Proof proof, SignInDb signIn)
    {
        await signIn.Call<Guid>("""select auth.verify_email($1)""", Secret.Digest(proof.Token!));
        return TypedResults.NoContent();
    }

    /// <summary>
    /// Whether there is such a person is asked after the answer, so that it takes the same time.
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
            return await later.Call<bool>(
                """select auth.request_verification('reset_password', $1, $2)""", to.Email, Secret.Digest(token))
                ? Letter.ToResetPassword(token, settings)
                : null;
        });
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>Ends every session of that person: whoever knew the old password is out.</summary>
    private static async Task<NoContent> ResetPassword(NewPassword wanted, Passwords passwords, SignInDb signIn)
    {
        await signIn.Call<Guid>("""select auth.reset_password($1, $2)""",
            Secret.Digest(wanted.Token!), passwords.Hash(wanted.Password!));
        return TypedResults.NoContent();
    }
}
