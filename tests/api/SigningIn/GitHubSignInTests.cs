using System.Net;
using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Signing in with GitHub: which person results, how tokens arrive, and which accounts are linked.</summary>
public sealed class GitHubSignInTests(SignInFixture fixture) : SignInTest(fixture)
{
    [Fact]
    public async Task A_new_person_has_the_primary_verified_address()
    {
        Host.GitHub.People["ana"] = new GitHubUser(7, "ana", "profile@example.org",
            new("second@example.org", false, true), new("ana@example.org", true, true));
        using var browser = Host.Browser("ana");
        var response = (await browser.SignIn()).Is(200);
        Assert.Equal(["accessToken", "refreshToken", "expiresIn", "user"], response.Body.AsObject().Select(member => member.Key));

        var ana = Host.Of(response);
        var me = (await ana.Get("/me")).Is(200).Body;
        Assert.Equal("ana@example.org", me["email"]!.GetValue<string>());
        Assert.True(me["emailVerified"]!.GetValue<bool>());
        Assert.Equal("""[{"provider":"github","id":"7","type":"oauth","scope":"user:email"}]""",
            (await ana.Get("/me/accounts")).Is(200).Body["items"]!.ToJsonString());
        Assert.Empty(Host.GitHub.Refusals);
    }

    [Fact]
    public async Task An_account_is_known_by_its_number_and_not_its_login()
    {
        Host.GitHubUser("ana", 7);
        var first = await Host.SignIn("ana");
        Assert.Equal(first.Id, (await Host.SignIn("ana")).Id);

        Host.GitHubUser("renamed", 7);
        Assert.Equal(first.Id, (await Host.SignIn("renamed")).Id);
        Host.GitHubUser("ana", 8);
        Assert.NotEqual(first.Id, (await Host.SignIn("ana")).Id);
    }

    [Fact]
    public async Task The_browser_picks_up_tokens_once_and_no_address_holds_them()
    {
        Host.GitHubUser("ana", 7, "ana@example.org");
        using var browser = Host.Browser("ana");
        var back = (await browser.SignIn("/auth/github?returnUrl=%2Fapp%3Ftab%3D1%23top")).Is(302);
        Assert.Equal("/app?tab=1#top", back.Location!.ToString());
        Assert.Equal("", back.Text);

        var left = browser.Cookies.GetCookies(new Uri(Host.Address, "/auth/exchange"))["rlschat-pickup"]!;
        Assert.True(left.HttpOnly);
        Assert.Equal("/auth/exchange", left.Path);
        Assert.InRange(left.Expires - DateTime.Now, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(61));

        var tokens = (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(200);
        (await Host.Of(tokens).Get("/me")).Is(200);
        (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        (await Host.Of(tokens).Get("/me")).Is(200);
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
        using var browser = Host.Browser(null);
        (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        var ana = await Host.SignUp("ana");
        browser.Cookies.Add(Host.Address, new Cookie("rlschat-pickup", ana.RefreshToken, "/auth/exchange"));
        (await browser.Send(HttpMethod.Post, "/auth/exchange")).Is(401, "invalid_refresh_token");
        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task An_address_proven_here_and_at_GitHub_is_one_person()
    {
        var ana = await Host.SignUp("ana", "ana@example.org", verified: true);
        Host.GitHubUser("ana", 7, "ANA@example.org");
        Assert.Equal(ana.Id, (await Host.SignIn("ana")).Id);
        (await ana.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200);
    }

    [Fact]
    public async Task An_account_linked_from_a_session_signs_in_from_then_on()
    {
        var ana = await Host.SignUp("ana");
        Host.GitHubUser("ana", 7, "elsewhere@example.org");
        Host.GitHubUser("work", 8);
        using (var browser = Host.Browser("ana"))
        {
            (await browser.Link(ana)).Is(204);
            Assert.Null(browser.Cookies.GetCookies(new Uri(Host.Address, "/auth/github"))["rlschat-link"]);
        }

        using (var browser = Host.Browser("work"))
        {
            (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
            Assert.Equal("/me", (await browser.SignIn("/auth/github?link=true&returnUrl=/me")).Is(302).Location!.ToString());
        }

        Assert.Equal(ana.Id, (await Host.SignIn("ana")).Id);
        Assert.Equal(ana.Id, (await Host.SignIn("work")).Id);
        Assert.Equal(ana.Email, (await ana.Get("/me")).Is(200).Body["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_account_of_another_person_is_not_linked()
    {
        Host.GitHubUser("ana", 7);
        var (ana, ben) = (await Host.SignIn("ana"), await Host.SignUp("ben"));
        using var browser = Host.Browser("ana");
        (await browser.Link(ben)).Is(409, "account_taken");
        Assert.Equal(["user"], browser.Cookies.GetAllCookies().Select(cookie => cookie.Name));
        Assert.Empty((await ben.Get("/me/accounts")).Is(200).Body["items"]!.AsArray());
        Assert.Equal(ana.Id, (await Host.SignIn("ana")).Id);
    }

    [Fact]
    public async Task Linking_needs_a_live_session_in_the_same_browser()
    {
        var ana = await Host.SignUp("ana");
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        (await browser.Send(HttpMethod.Post, "/auth/github/link")).Is(401, "unauthenticated");
        (await browser.Get("/auth/github?link=true")).Is(401, "unauthenticated");
        (await browser.Get("/auth/github?link=yes")).Refuses("link");

        // Announced and then forgotten: a plain sign-in is a plain sign-in.
        (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
        Assert.NotEqual(ana.Id, Host.Of(await browser.SignIn()).Id);
    }

    [Fact]
    public async Task A_session_that_ends_on_the_way_links_nothing_and_creates_nobody()
    {
        var ana = await Host.SignUp("ana");
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(204);
        var callback = await browser.UpToCallback("/auth/github?link=true");
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await browser.Get(callback)).Is(401, "session_ended");
        Assert.Equal(0, await Host.Stored<long>($"""select count(*) from public.accounts where "userId" <> '{SignInHost.Canary}'"""));
        (await browser.Send(HttpMethod.Post, "/auth/github/link", ana.AccessToken)).Is(401, "session_ended");
    }

    [Fact]
    public async Task Tokens_of_GitHub_are_stored_only_if_configured_and_encrypted()
    {
        const string tokens = """select coalesce("access_token", '') || coalesce("token_type", '') from public.accounts where "providerAccountId" = '7'""";
        Host.GitHubUser("ana", 7);
        await Host.SignIn("ana");
        Assert.Equal("", await Host.Stored<string>(tokens));

        var keys = Directory.CreateTempSubdirectory("rlschat-keys");
        try
        {
            await using var host = await SignInHost.Open(Fixture, $"--DATA_PROTECTION_KEYS={keys.FullName}", "--GITHUB_OAUTH_STORE_TOKENS=on");
            host.GitHubUser("ana", 7);
            await host.SignIn("ana");
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
    public async Task Without_a_client_id_the_endpoints_are_not_found()
    {
        var nobody = Fixture.Anonymous();
        (await nobody.Get("/auth/github")).Is(404);
        (await nobody.Get("/auth/github/callback?code=1&state=2")).Is(404);
        var ana = await Fixture.SignUp("ana");
        (await ana.Post("/auth/github/link", new JsonObject())).Is(404);
    }

    [Fact]
    public async Task The_log_holds_no_secret_of_a_sign_in()
    {
        Host.GitHubUser("ana", 7, "ana.secret@example.org");
        using var browser = Host.Browser("ana");
        var callback = await browser.UpToCallback("/auth/github?returnUrl=/secret");
        await browser.Get(callback);
        await browser.Get(callback);
        var tokens = await browser.Send(HttpMethod.Post, "/auth/exchange");
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(callback).Query);
        var log = string.Concat(Host.Log.All.Where(line => !IsOfServer(line)));
        Assert.Contains("auth.github.callback", log, StringComparison.Ordinal);
        foreach (var secret in new[]
        {
            query["code"]!, query["state"]!, Host.Of(tokens).AccessToken, Host.Of(tokens).RefreshToken, GitHubDouble.ClientSecret,
            "ana.secret", Host.GitHub.Tokens.Single(),
        })
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }

    // The tests' log takes every level of every category; the API itself writes ASP.NET Core's from Warning on.
    private static bool IsOfServer(string line) =>
        JsonNode.Parse(line)!["level"]!.GetValue<string>() is "trace" or "debug"
        || JsonNode.Parse(line)!["message"]?.GetValue<string>() is { } message && message.StartsWith("Request ", StringComparison.Ordinal);
}
