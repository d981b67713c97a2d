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
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.Endpoints;

/// <summary>What happens when GitHub sends the browser back: the events of the OAuth handler.</summary>
internal static partial class GitHubCallback
{
    /// <summary>The items that the OAuth state carries to GitHub and back.</summary>
    public const string Return = "return", Linking = "link";

    private const string Email = "email", Scope = "scope";

    /// <summary>The address counts that is GitHub's primary one and verified there, never the one of the profile.</summary>
    public static async Task AskForAddress(OAuthCreatingTicketContext context)
    {
        // The profile's id must be a number: a name can be given up and taken by somebody else.
        context.User.GetProperty("id").GetInt64();
        context.Properties.Items[Scope] = context.TokenResponse.Response?.RootElement.GetString("scope");
        var options = (GitHubAuthenticationOptions)context.Options;
        using var request = new HttpRequestMessage(HttpMethod.Get, options.UserEmailsEndpoint);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.AccessToken);
        using var response = await context.Backchannel.SendAsync(request, context.HttpContext.RequestAborted);
        // Without the scope there is no address.
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return;
        }

        response.EnsureSuccessStatusCode();
        using var addresses = JsonDocument.Parse(await response.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
        context.Properties.Items[Email] = addresses.RootElement.EnumerateArray()
            .Where(address => address.GetProperty("primary").GetBoolean() && address.GetProperty("verified").GetBoolean())
            .Select(address => address.GetProperty("email").GetString())
            .FirstOrDefault(address => address?.Length <= EmailAttribute.Longest);
    }

    /// <summary>Refusals are written here: the exception handler would drop the cookies that end with the sign-in.</summary>
    public static async Task Finish(TicketReceivedContext ticket)
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
                await Problems.Write(http, Problems.GitHubRefused);
                return;
            }

            signIn = signIn.As(caller);
        }

        var email = items.TryGetValue(Email, out var address) ? address : null;
        // A caller whose session has ended links nothing; without this condition they would get a new account.
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
            await http.Response.WriteAsJsonAsync(tokens, ApiJson.Options, cancellationToken: http.RequestAborted);
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

    public static Task Refuse(RemoteFailureContext failure)
    {
        failure.HandleResponse();
        Failed(failure.HttpContext.RequestServices.GetRequiredService<ILogger<BrowserCookies>>(), failure.Failure?.Message);
        return Problems.Write(failure.HttpContext, failure.Failure switch
        {
            HttpRequestException or TaskCanceledException
                or { InnerException: HttpRequestException or TaskCanceledException } => Problems.GitHubUnavailable,
            { } denied when denied.Data["error"] is var error && error?.ToString() == "access_denied" => Problems.GitHubDenied,
            _ => Problems.GitHubRefused,
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a sign-in with GitHub failed: {reason}")]
    private static partial void Failed(ILogger log, string? reason);
}
