using System.Net;
using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Signing in with GitHub: who one is then, how tokens arrive, and what is linked to whom.</summary>
[Collection(SignInApi.Name)]
public sealed class GitHubSignInTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task A_new_person_comes_into_being_with_the_primary_verified_address()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHub.People["ana"] = new GitHubUser(7, "ana", "profile@example.org",
            new("second@example.org", false, true), new("ana@example.org", true, true));
        using var browser = host.Browser("ana");
        var response = (await browser.SignIn()).Is(200);
        Assert.Equal(["accessToken", "refreshToken", "expiresIn", "user"], response.Body.AsObject().Select(member => member.Key));

        var ana = host.Of(response);
        var me = (await ana.Get("/me")).Is(200).Body;
        Assert.Equal("ana@example.org", me["email"]!.GetValue<string>());
        Assert.True(me["emailVerified"]!.GetValue<bool>());
        Assert.Equal("""[{"provider":"github","id":"7","type":"oauth","scope":"user:email"}]""",
            (await ana.Get("/me/accounts")).Is(200).Body["items"]!.ToJsonString());
        Assert.Empty(host.GitHub.Refusals);
    }

    [Fact]
    public async Task It_is_the_number_that_counts_not_the_login()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHubUser("ana", 7);
        var first = await SignIn(host, "ana");
        Assert.Equal(first.Id, (await SignIn(host, "ana")).Id);

        host.GitHubUser("renamed", 7);
        Assert.Equal(first.Id, (await SignIn(host, "renamed")).Id);
        host.GitHubUser("ana", 8);
        Assert.NotEqual(first.Id, (await SignIn(host, "ana")).Id);
    }

    [Fact]
    public async Task Tokens_are_picked_up_once_by_the_browser_and_stand_in_no_address()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHubUser("ana", 7, "ana@example.org");
        using var browser = host.Browser("ana");
        var back = (await browser.SignIn("/auth/github?returnUrl=%2Fapp%3Ftab%3D1%23top")).Is(302);
        Assert.Equal("/app?tab=1#top", back.Location!.ToString());
        Assert.Equal("", back.Text);

        var left = browser.Cookies.GetCookies(new Uri(host.Address, "/auth/exchange"))["rlschat-pickup"]!;
        Assert.True(left.HttpOnly);
        Assert.Equal("/auth/exchange", left.Path);
        Assert.InRange(left.Expires - DateTime.Now, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(61));

        var tokens = (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(200);
        (await host.Of(tokens).Get("/me")).Is(200);
        (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        (await host.Of(tokens).Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_pickup_that_is_copied_and_used_again_ends_the_session()
    {
        await using var host = await SignInHost.Open(Fixture, "--REFRESH_GRACE=0");
        host.GitHubUser("ana", 7);
        using var browser = host.Browser("ana");
        await browser.SignIn("/auth/github?returnUrl=/");
        using var thief = host.Browser(null);
        thief.Cookies.Add(browser.Cookies.GetCookies(new Uri(host.Address, "/auth/exchange")));
        var ana = host.Of(await browser.Send(HttpMethod.Post, "/auth/exchange"));
        (await thief.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        (await ana.Get("/me")).Is(401, "session_ended");
    }

    [Fact]
    public async Task A_pickup_that_was_made_up_is_refused()
    {
        await using var host = await SignInHost.Open(Fixture);
        using var browser = host.Browser(null);
        (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        var ana = await host.SignUp("ana");
        browser.Cookies.Add(host.Address, new Cookie("rlschat-pickup", ana.RefreshToken, "/auth/exchange"));
        (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task An_address_proven_there_and_here_is_one_person()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana", "ana@example.org", verified: true);
        host.GitHubUser("ana", 7, "ANA@example.org");
        Assert.Equal(ana.Id, (await SignIn(host, "ana")).Id);
        (await ana.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200);
    }

    [Fact]
    public async Task An_account_is_linked_from_a_signed_in_session_and_signs_in_from_then_on()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        host.GitHubUser("ana", 7, "elsewhere@example.org");
        host.GitHubUser("work", 8);
        using (var browser = host.Browser("ana"))
        {
            (await browser.Link(ana)).Is(204);
            Assert.Null(browser.Cookies.GetCookies(new Uri(host.Address, "/auth/github"))["rlschat-link"]);
        }

        using (var browser = host.Browser("work"))
        {
            (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
            Assert.Equal("/me", (await browser.SignIn("/auth/github?link=true&returnUrl=/me")).Is(302).Location!.ToString());
        }

        Assert.Equal(ana.Id, (await SignIn(host, "ana")).Id);
        Assert.Equal(ana.Id, (await SignIn(host, "work")).Id);
        Assert.Equal(ana.Email, (await ana.Get("/me")).Is(200).Body["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_account_of_somebody_else_is_not_linked()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHubUser("ana", 7);
        var (ana, ben) = (await SignIn(host, "ana"), await host.SignUp("ben"));
        using var browser = host.Browser("ana");
        (await browser.Link(ben)).Is(409, "account_taken");
        Assert.Equal(["user"], browser.Cookies.GetAllCookies().Select(cookie => cookie.Name));
        Assert.Empty((await ben.Get("/me/accounts")).Is(200).Body["items"]!.AsArray());
        Assert.Equal(ana.Id, (await SignIn(host, "ana")).Id);
    }

    [Fact]
    public async Task Who_is_to_be_linked_is_said_by_a_live_session_in_this_browser()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        host.GitHubUser("ana", 7);
        using var browser = host.Browser("ana");
        (await browser.Send(HttpMethod.Post, "/auth/github/link")).Is(401, "unauthenticated");
        (await browser.Get("/auth/github?link=true")).Is(401, "unauthenticated");
        (await browser.Get("/auth/github?link=yes")).Refuses("link");

        // Announced and then forgotten: a plain sign-in is a plain sign-in.
        (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
        Assert.NotEqual(ana.Id, host.Of(await browser.SignIn()).Id);
    }

    [Fact]
    public async Task A_session_that_ends_on_the_way_links_nothing_and_makes_nobody()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        host.GitHubUser("ana", 7);
        using var browser = host.Browser("ana");
        (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
        var callback = await browser.UpToCallback("/auth/github?link=true");
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await browser.Get(callback)).Is(401, "session_ended");
        Assert.Equal(0, await host.Stored<long>($"""select count(*) from public.accounts where "userId" <> '{SignInHost.Canary}'"""));
        (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(401, "session_ended");
    }

    [Fact]
    public async Task Tokens_of_GitHub_are_not_kept_unless_it_is_switched_on_and_then_encrypted()
    {
        const string tokens = """select coalesce("access_token", '') || coalesce("token_type", '') from public.accounts where "providerAccountId" = '7'""";
        await using (var host = await SignInHost.Open(Fixture))
        {
            host.GitHubUser("ana", 7);
            await SignIn(host, "ana");
            Assert.Equal("", await host.Stored<string>(tokens));
        }

        var keys = Directory.CreateTempSubdirectory("rlschat-keys");
        try
        {
            await using var host = await SignInHost.Open(Fixture, $"--DATA_PROTECTION_KEYS={keys.FullName}", "--GITHUB_OAUTH_STORE_TOKENS=on");
            host.GitHubUser("ana", 7);
            await SignIn(host, "ana");
            var stored = (await host.Stored<string>(tokens))!;
            Assert.EndsWith("bearer", stored, StringComparison.Ordinal);
            Assert.True(stored.Length > 100);
            Assert.All(host.GitHub.Tokens, token => Assert.DoesNotContain(token, stored, StringComparison.Ordinal));
            Assert.NotEmpty(keys.GetFiles("key-*.xml"));
        }
        finally
        {
            keys.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Without_a_configuration_there_is_no_such_thing()
    {
        var nobody = Fixture.Anonymous();
        (await nobody.Get("/auth/github")).Is(404);
        (await nobody.Get("/auth/github/callback?code=1&state=2")).Is(404);
        var ana = await Fixture.SignUp("ana");
        (await ana.Post("/auth/github/link", new JsonObject())).Is(404);
    }

    [Fact]
    public async Task Beginning_is_rate_limited_like_every_way_in()
    {
        await using var host = await SignInHost.Open(Fixture, "--AUTH_RATE_LIMIT=2");
        using var browser = host.Browser(null);
        (await browser.Get("/auth/github")).Is(302);
        (await browser.Get("/auth/github/callback")).Is(400);
        (await browser.Get("/auth/github")).Is(429, "too_many_requests");
        (await browser.Get("/auth/github/callback")).Is(429, "too_many_requests");
    }

    [Fact]
    public async Task The_log_holds_nothing_of_the_way()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHubUser("ana", 7, "ana.secret@example.org");
        using var browser = host.Browser("ana");
        var callback = await browser.UpToCallback("/auth/github?returnUrl=/secret");
        await browser.Get(callback);
        await browser.Get(callback);
        var tokens = await browser.Send(HttpMethod.Post, "/auth/exchange");
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(callback).Query);
        var log = string.Concat(host.Log.All.Where(line => !IsOfServer(line)));
        Assert.Contains("auth.github.callback", log, StringComparison.Ordinal);
        foreach (var secret in new[]
        {
            query["code"]!, query["state"]!, host.Of(tokens).AccessToken, host.Of(tokens).RefreshToken, GitHubDouble.ClientSecret,
            "ana.secret", host.GitHub.Tokens.Single(),
        })
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task<Person> SignIn(SignInHost host, string user)
    {
        using var browser = host.Browser(user);
        return host.Of(await browser.SignIn());
    }

    // The tests' log takes every level of every category; the API itself writes ASP.NET Core's from Warning on.
    private static bool IsOfServer(string line) =>
        JsonNode.Parse(line)!["level"]!.GetValue<string>() is "trace" or "debug"
        || JsonNode.Parse(line)!["message"]?.GetValue<string>() is { } message && message.StartsWith("Request ", StringComparison.Ordinal);
}
