using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using AspNet.Security.OAuth.GitHub;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Auth;

/// <summary>
/// Signing in with GitHub, and linking a GitHub account. Whose account it is, auth.sign_in_oauth
/// decides, by GitHub's numeric id; this says only which id GitHub named, and which address it knows
/// to be that person's. Tokens reach the browser in an answer, never in an address.
/// </summary>
internal static partial class GitHubSignIn
{
    private const string Scheme = GitHubAuthenticationDefaults.AuthenticationScheme;
    private const string Callback = "/auth/github/callback";
    private const string Return = "return", Linking = "link", Email = "email", Scope = "scope";

    private static readonly Problem Denied =
        new(403, "github_denied", "GitHub was not allowed to say who you are.");

    private static readonly Problem Refused =
        new(400, "github_refused", "This sign-in is not this browser's, was used or has expired; begin again.");

    private static readonly Problem Unavailable =
        new(503, "github_unavailable", "GitHub does not answer; try again in a moment.") { RetryAfter = 5 };

    /// <summary>The problems of a sign-in that failed at GitHub or on the way.</summary>
    internal static readonly IReadOnlyList<Problem> Refusals = [Denied, Refused, Unavailable];

    public static void MapGitHubSignIn(this IEndpointRouteBuilder routes)
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
            github.CallbackPath = Callback;
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
            github.Events.OnCreatingTicket = AskForAddress;
            github.Events.OnTicketReceived = Finish;
            github.Events.OnRemoteFailure = Refuse;
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
        if (context.Request.Path != Callback || HttpMethods.IsGet(context.Request.Method))
        {
            return next(context);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return settings.SignIn.GitHub is null ? next(context) : Problems.Write(context, Refused);
        }

        context.Response.Headers.Allow = "GET, HEAD";
        return Problems.Write(context, Problems.Of(StatusCodes.Status405MethodNotAllowed));
    });

    private static Results<ChallengeHttpResult, NotFound, UnauthorizedHttpResult> Begin(
        string? returnUrl, string? link, HttpContext context, Settings settings, BrowserCookies cookies)
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

        errors.OptionalWord("link", link, "true");
        errors.ThrowIfAny();
        if (link is not null && !cookies.HasCaller(context))
        {
            return TypedResults.Unauthorized();
        }

        // What is null here would be "" when it comes back.
        var properties = new AuthenticationProperties { RedirectUri = "/" };
        properties.Items[Return] = returnUrl ?? "";
        properties.Items[Linking] = link ?? "";
        return TypedResults.Challenge(properties, [Scheme]);
    }

    /// <summary>A browser's way to GitHub and back bears no token, so it is told first who is to be linked.</summary>
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

    /// <summary>The address counts that is GitHub's primary one and verified there, never the one of the profile.</summary>
    private static async Task AskForAddress(OAuthCreatingTicketContext context)
    {
        // The profile's id must be a number: a name can be given up and taken by somebody else.
        context.User.GetProperty("id").GetInt64();
        context.Properties.Items[Scope] = context.TokenResponse.Response?.RootElement.GetString("scope");
        var options = (GitHubAuthenticationOptions)context.Options;
        using var request = new HttpRequestMessage(HttpMethod.Get, options.UserEmailsEndpoint);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.AccessToken);
        using var response = await context.Backchannel.SendAsync(request, context.HttpContext.RequestAborted);
        // Whoever withholds the scope has no address here.
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return;
        }

        response.EnsureSuccessStatusCode();
        using var addresses = JsonDocument.Parse(await response.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
        context.Properties.Items[Email] = addresses.RootElement.EnumerateArray()
            .Where(address => address.GetProperty("primary").GetBoolean() && address.GetProperty("verified").GetBoolean())
            .Select(address => address.GetProperty("email").GetString())
            .FirstOrDefault(address => address?.Length <= Errors.MaxEmail);
    }

    /// <summary>Refusals are written here: the exception handler would drop the cookies that end with the sign-in.</summary>
    private static async Task Finish(TicketReceivedContext ticket)
    {
        ticket.HandleResponse();
        try
        {
            await SignPersonIn(ticket);
        }
        catch (SessionEndedException)
        {
            await Problems.Write(ticket.HttpContext, Problems.SessionEnded);
        }
        catch (NpgsqlException e) when (DatabaseErrors.Problem(e, deleting: false, signedIn: true) is { } problem)
        {
            await Problems.Write(ticket.HttpContext, problem);
        }
    }

    private static async Task SignPersonIn(TicketReceivedContext ticket)
    {
        var (http, items) = (ticket.HttpContext, ticket.Properties!.Items);
        http.Response.ForOneReader();
        var services = http.RequestServices;
        var cookies = services.GetRequiredService<BrowserCookies>();
        var signIn = await SignInDb.BindAsync(http);
        var links = items[Linking] is "true";
        if (links)
        {
            if (cookies.TakeCaller(http) is not { } caller)
            {
                await Problems.Write(http, Refused);
                return;
            }

            signIn = signIn.As(caller);
        }

        var email = items.TryGetValue(Email, out var address) ? address : null;
        // Whoever's session has ended since links nothing; without this they would become somebody new.
        var person = await signIn.Call<Guid>(
            """
            select auth.sign_in_oauth('github', $1, $2, $3, $4, $5)
            where auth.uid() is not null or not $6
            """,
            ticket.Principal!.FindFirstValue(ClaimTypes.NameIdentifier), items[Scope], email, email is not null,
            Arg.Jsonb(Encrypted(ticket.Properties, services)), links);

        var target = items[Return] is { Length: > 0 } path ? path : null;
        if (links)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else if (target is null)
        {
            var tokens = await SignIn.Open(person, signIn, services.GetRequiredService<AccessTokens>(), await UserDb.BindAsync(http));
            await http.Response.WriteAsJsonAsync(tokens, ApiJson.Written.Tokens, cancellationToken: http.RequestAborted);
        }
        else
        {
            cookies.LeaveRefreshToken(http, await SignIn.OpenFor(person, signIn));
        }

        if (target is not null)
        {
            http.Response.Redirect(target);
        }
    }

    /// <summary>GitHub's tokens as they are stored; none unless that is switched on.</summary>
    private static string Encrypted(AuthenticationProperties properties, IServiceProvider services)
    {
        var stored = new JsonObject();
        var protector = services.GetRequiredService<IDataProtectionProvider>().CreateProtector("RlsChat.OAuthTokens");
        foreach (var token in properties.GetTokens())
        {
            stored[token.Name] = token.Name switch
            {
                "access_token" or "refresh_token" => protector.Protect(token.Value),
                "expires_at" => DateTimeOffset.Parse(token.Value, CultureInfo.InvariantCulture).ToUnixTimeSeconds(),
                _ => token.Value,
            };
        }

        return stored.ToJsonString();
    }

    private static Task Refuse(RemoteFailureContext failure)
    {
        failure.HandleResponse();
        Failed(failure.HttpContext.RequestServices.GetRequiredService<ILogger<BrowserCookies>>(), failure.Failure?.Message);
        return Problems.Write(failure.HttpContext, failure.Failure switch
        {
            HttpRequestException or TaskCanceledException
                or { InnerException: HttpRequestException or TaskCanceledException } => Unavailable,
            { } denied when denied.Data["error"] is var error && error?.ToString() == "access_denied" => Denied,
            _ => Refused,
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a sign-in with GitHub failed: {reason}")]
    private static partial void Failed(ILogger log, string? reason);
}
