using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AspNet.Security.OAuth.GitHub;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Auth;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>
/// Signs in with GitHub, or links a GitHub account. The database (auth.sign_in_oauth) decides by GitHub's numeric id
/// whose account it is. Tokens reach the browser in a response body, never in a URL.
/// </summary>
internal static class GitHubSignIn
{
    private const string Scheme = GitHubAuthenticationDefaults.AuthenticationScheme;
    private const string CallbackPath = "/auth/github/callback";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").RequireRateLimiting(Limits.Guessable);
        auth.MapGet("/github", Begin).WithName("auth.github")
            .WithSummary("Sends the browser to GitHub to sign in or to link an account.")
            .AllowAnonymous();
        auth.MapPost("/github/link", Link).WithName("auth.github.link")
            .WithSummary("Prepares this browser for linking a GitHub account to the signed-in person.");
        auth.MapPost("/exchange", Exchange).WithName("auth.exchange")
            .WithSummary("Hands out the tokens of a sign-in with GitHub that this browser has finished.")
            .AllowAnonymous().Raises("invalid_refresh_token");
        // The OAuth handler answers in the authentication middleware; this is what is left without one.
        auth.MapGet("/github/callback", () => TypedResults.NotFound()).WithName("auth.github.callback").TakesAnyQuery()
            .WithSummary("Where GitHub sends the browser back to, which is signed in or linked then.")
            .AllowAnonymous().Produces<SignIn.Tokens>().Produces(204).Produces(302)
            .Raises("session_ended", "github_refused", "github_denied", "account_taken", "github_unavailable");
    }

    public static void AddGitHubSignIn(this AuthenticationBuilder authentication, Settings settings)
    {
        var keys = authentication.Services.AddDataProtection().SetApplicationName("rlschat");
        if (settings.SignIn.KeysFolder is { } folder)
        {
            keys.PersistKeysToFileSystem(Directory.CreateDirectory(folder));
        }
        else
        {
            keys.UseEphemeralDataProtectionProvider();
        }

        authentication.Services.AddSingleton<BrowserCookies>();
        if (settings.SignIn.GitHub is not { } known)
        {
            return;
        }

        authentication.AddGitHub(github =>
        {
            github.ClientId = known.ClientId;
            github.ClientSecret = known.ClientSecret;
            github.CallbackPath = CallbackPath;
            github.AuthorizationEndpoint = $"{known.Url}/login/oauth/authorize";
            github.TokenEndpoint = $"{known.Url}/login/oauth/access_token";
            github.UserInformationEndpoint = $"{known.ApiUrl}/user";
            github.UserEmailsEndpoint = $"{known.ApiUrl}/user/emails";
            github.Scope.Add("user:email");
            github.UsePkce = true;
            github.SaveTokens = known.StoreTokens;
            github.BackchannelTimeout = TimeSpan.FromSeconds(10);
            github.RemoteAuthenticationTimeout = TimeSpan.FromMinutes(10);
            // GitHub sends the browser back by a link, which Lax lets through.
            github.CorrelationCookie.SameSite = SameSiteMode.Lax;
            github.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            github.Events.OnCreatingTicket = GitHubCallback.AskForAddress;
            github.Events.OnTicketReceived = GitHubCallback.Finish;
            github.Events.OnRemoteFailure = GitHubCallback.Refuse;
        });
    }

    /// <summary>Behind a proxy, GitHub is told the address that browsers know, and cookies are for TLS only.</summary>
    public static void UsePublicUrl(this IApplicationBuilder app, Settings settings)
    {
        if (settings.SignIn.PublicUrl is { } url)
        {
            app.Use((context, next) =>
            {
                (context.Request.Scheme, context.Request.Host) = (url.Scheme, new HostString(url.Authority));
                return next(context);
            });
        }
    }

    /// <summary>
    /// The OAuth handler would take any method, past the limits of the endpoint. HEAD finishes no sign-in: it is answered
    /// as GET is where there is none to finish.
    /// </summary>
    public static void UseGitHubCallback(this IApplicationBuilder app, Settings settings) => app.Use((context, next) =>
    {
        if (context.Request.Path != CallbackPath || HttpMethods.IsGet(context.Request.Method))
        {
            return next(context);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return settings.SignIn.GitHub is null ? next(context) : Problems.Write(context, Problems.GitHubRefused);
        }

        context.Response.Headers.Allow = "GET, HEAD";
        return Problems.Write(context, Problems.Of(StatusCodes.Status405MethodNotAllowed));
    });

    private static Results<ChallengeHttpResult, NotFound, UnauthorizedHttpResult> Begin(
        [Description("Where the browser goes afterwards: a path of this site. Without it the tokens are answered at the end.")]
        string? returnUrl,
        [Description("Links the account to the person for whom `POST /auth/github/link` prepared this browser.")]
        [AllowedValues("true")] string? link,
        HttpContext context, Settings settings, BrowserCookies cookies)
    {
        if (settings.SignIn.GitHub is null)
        {
            return TypedResults.NotFound();
        }

        var errors = new Errors();
        if (returnUrl is not null && !ReturnUrl.IsRelative(returnUrl))
        {
            errors.Add("returnUrl", "must be a path of this site, beginning with one /");
        }

        if (link is not (null or "true"))
        {
            errors.Add("link", "must be one of true");
        }

        errors.ThrowIfAny();
        if (link is not null && !cookies.HasCaller(context))
        {
            return TypedResults.Unauthorized();
        }

        // What is null here would be "" when it comes back.
        var properties = new AuthenticationProperties { RedirectUri = "/" };
        properties.Items[GitHubCallback.Return] = returnUrl ?? "";
        properties.Items[GitHubCallback.Linking] = link ?? "";
        return TypedResults.Challenge(properties, [Scheme]);
    }

    /// <summary>A redirect to GitHub and back carries no token, so a cookie says who is to be linked.</summary>
    private static async Task<Results<NoContent, NotFound, UnauthorizedHttpResult>> Link(
        HttpContext context, Settings settings, BrowserCookies cookies, UserDb db)
    {
        if (settings.SignIn.GitHub is null)
        {
            return TypedResults.NotFound();
        }

        if (db.IsAnonymous)
        {
            return TypedResults.Unauthorized();
        }

        // Asks nothing but whether the session lives.
        await db.QuerySingleOrDefault<Guid?>("""select auth.uid()""");
        cookies.LeaveCaller(context, Caller.From(context.User));
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<SignIn.Tokens>, Refusal>> Exchange(
        HttpContext context, BrowserCookies cookies, SignInDb signIn, Settings settings, AccessTokens tokens, UserDb db) =>
        cookies.TakeRefreshToken(context) is { } ticket && await SignIn.Renew(ticket, signIn, settings, tokens, db) is { } pair
            ? TypedResults.Ok(pair)
            : Problems.InvalidRefreshToken.Refuse();
}
