using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Doubles;

/// <summary>A user of GitHub: numeric id, login, the address of the profile, and all addresses.</summary>
internal sealed record GitHubUser(long Id, string Login, string? ProfileEmail = null, params GitHubUser.Address[] Emails)
{
    public sealed record Address(string Email, bool Primary, bool Verified);
}

/// <summary>
/// GitHub on loopback: it checks what GitHub checks (client, secret, redirect address, PKCE, a code
/// used once and by its owner, scopes, a User-Agent) and answers as GitHub does, with
/// errors under status 200. Who sits at the browser is the cookie "user".
/// </summary>
internal sealed class GitHubDouble : IAsyncDisposable
{
    public const string ClientId = "Iv1.double", ClientSecret = "client-secret";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Grant> _codes = new();
    private readonly ConcurrentDictionary<string, GitHubUser> _tokens = new();

    private sealed record Grant(GitHubUser Who, string RedirectUri, string Challenge);

    private GitHubDouble(WebApplication app) => _app = app;

    /// <summary>People by login.</summary>
    public ConcurrentDictionary<string, GitHubUser> People { get; } = new();

    /// <summary>The one redirect address that is registered.</summary>
    public string RegisteredRedirect { get; set; } = "";

    /// <summary>Why it refused, in order.</summary>
    public ConcurrentQueue<string> Refusals { get; } = new();

    /// <summary>Every access token that it gave.</summary>
    public ICollection<string> Tokens => _tokens.Keys;

    /// <summary>Whether its token endpoint fails.</summary>
    public bool IsDown { get; set; }

    public Uri Address => ApiFixture.AddressOf(_app);

    public static async Task<GitHubDouble> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var github = new GitHubDouble(app);
        app.MapGet("/login/oauth/authorize", github.Authorize);
        app.MapPost("/login/oauth/access_token", (Delegate)github.Exchange);
        app.MapGet("/user", github.User);
        app.MapGet("/user/emails", github.Emails);
        await app.StartAsync();
        return github;
    }

    /// <summary>A code for that person, as if they had let an attacker's own browser begin.</summary>
    public string CodeFor(GitHubUser who, string verifier)
    {
        var code = Random();
        _codes[code] = new Grant(who, RegisteredRedirect, Hash(verifier));
        return code;
    }

    /// <summary>Forgets everybody and everything that it has seen.</summary>
    public void Reset()
    {
        People.Clear();
        Refusals.Clear();
        _codes.Clear();
        _tokens.Clear();
        IsDown = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["client_id"] != ClientId || query["redirect_uri"] != RegisteredRedirect)
        {
            return Refuse("redirect_uri_mismatch", 404);
        }

        if (query["code_challenge_method"] != "S256" || query["code_challenge"].ToString().Length != 43
            || query["state"].ToString().Length < 20 || query["response_type"] != "code"
            || !query["scope"].ToString().Split(' ').Contains("user:email"))
        {
            return Refuse("bad_request", 400);
        }

        var state = HttpUtility.UrlEncode(query["state"].ToString());
        if (context.Request.Cookies["user"] is not { } login || !People.TryGetValue(login, out var who))
        {
            return Results.Redirect($"{RegisteredRedirect}?error=access_denied&error_description=no&state={state}");
        }

        var code = Random();
        _codes[code] = new Grant(who, query["redirect_uri"].ToString(), query["code_challenge"].ToString());
        return Results.Redirect($"{RegisteredRedirect}?code={code}&state={state}");
    }

    private async Task<IResult> Exchange(HttpContext context)
    {
        if (IsDown)
        {
            context.Abort();
            return Results.Empty;
        }

        var form = await context.Request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
        {
            return Refuse("incorrect_client_credentials");
        }

        // Looking at a code uses it up, whatever is wrong with the rest.
        if (!_codes.TryRemove(form["code"].ToString(), out var grant))
        {
            return Refuse("bad_verification_code");
        }

        if (form["redirect_uri"] != grant.RedirectUri)
        {
            return Refuse("redirect_uri_mismatch");
        }

        if (Hash(form["code_verifier"].ToString()) != grant.Challenge)
        {
            return Refuse("bad_code_verifier");
        }

        var token = $"gho_{Random()}";
        _tokens[token] = grant.Who;
        return Json($$"""{"access_token":"{{token}}","scope":"user:email","token_type":"bearer"}""");
    }

    private IResult User(HttpContext context) => Who(context) is { } who
        ? Json(JsonSerializer.Serialize(new { id = who.Id, login = who.Login, email = who.ProfileEmail, name = who.Login, html_url = "https://github.com/" + who.Login }))
        : Refuse("bad_credentials", 401);

    private IResult Emails(HttpContext context) => Who(context) is { } who
        ? Json(JsonSerializer.Serialize(who.Emails.Select(address =>
            new { email = address.Email, primary = address.Primary, verified = address.Verified, visibility = "private" })))
        : Refuse("bad_credentials", 401);

    private GitHubUser? Who(HttpContext context) =>
        context.Request.Headers.UserAgent.Count > 0
        && context.Request.Headers.Authorization.ToString().Split(' ') is ["Bearer", var token]
            ? _tokens.GetValueOrDefault(token)
            : null;

    private IResult Refuse(string error, int status = 200)
    {
        Refusals.Enqueue(error);
        return Json($$"""{"error":"{{error}}","error_description":"refused"}""", status);
    }

    private static IResult Json(string text, int status = 200) => Results.Text(text, "application/json", statusCode: status);

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    private static string Hash(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
