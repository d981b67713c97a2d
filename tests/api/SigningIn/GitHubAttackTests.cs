using System.Net;
using System.Web;
using RlsChat.Tests.Api.Doubles;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Attacks on signing in with GitHub, each refused, and nobody made or touched by it.</summary>
[Attack]
public sealed class GitHubAttackTests(SignInFixture fixture) : SignInTest(fixture)
{
    private const string Verifier = "a-verifier-of-the-attackers-own-making-0123456789";

    [Fact]
    public async Task Login_csrf_a_foreign_browser_finishes_the_attackers_sign_in()
    {
        Host.GitHubUser("mallory", 66);
        Host.GitHubUser("victim", 7);
        using var mallory = Host.Browser("mallory");
        using var victim = Host.Browser("victim");
        var callback = await mallory.UpToCallback("/auth/github?returnUrl=/");
        (await victim.Get(callback)).Is(400, "github_refused");
        (await victim.Send(HttpMethod.Post, "/auth/exchange")).Is(401);

        // The same with a sign-in of their own under way.
        await victim.UpToCallback();
        (await victim.Get(callback)).Is(400, "github_refused");
        await NobodyWasMade();
        (await mallory.Get(callback)).Is(302);
    }

    [Fact]
    public async Task State_replay_in_the_same_browser()
    {
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        var callback = await browser.UpToCallback();
        (await browser.Get(callback)).Is(200);
        (await browser.Get(callback)).Is(400, "github_refused");
        Assert.Empty(Host.GitHub.Refusals);
    }

    [Fact]
    public async Task Code_reuse_with_the_state_and_the_cookie_kept()
    {
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        using var thief = Host.Browser(null);
        var callback = await browser.UpToCallback();
        thief.Cookies.Add(browser.Cookies.GetCookies(new Uri(callback)));
        (await browser.Get(callback)).Is(200);
        (await thief.Get(callback)).Is(400, "github_refused");
        Assert.Equal(["bad_verification_code"], Host.GitHub.Refusals);
    }

    [Fact]
    public async Task Code_injection_somebody_elses_code_in_ones_own_sign_in()
    {
        Host.GitHubUser("mallory", 66);
        var victim = Host.GitHubUser("victim", 7);
        using var mallory = Host.Browser("mallory");
        using var browser = Host.Browser("victim");
        var stolen = HttpUtility.ParseQueryString(new Uri(await browser.UpToCallback()).Query)["code"]!;
        (await mallory.Get(With(await mallory.UpToCallback(), "code", stolen))).Is(400, "github_refused");
        (await mallory.Get(With(await mallory.UpToCallback(), "code", Host.GitHub.CodeFor(victim, Verifier)))).Is(400, "github_refused");
        Assert.Equal(["bad_code_verifier", "bad_code_verifier"], Host.GitHub.Refusals);
        await NobodyWasMade();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("forged")]
    [InlineData("+x")]
    public async Task State_that_was_not_given(string? state)
    {
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        var callback = await browser.UpToCallback();
        var given = HttpUtility.ParseQueryString(new Uri(callback).Query)["state"];
        (await browser.Get(With(callback, "state", state is "+x" ? given + "x" : state))).Is(400, "github_refused");
        await NobodyWasMade();
    }

    [Fact]
    public async Task State_of_another_installation()
    {
        await using var other = await SignInHost.Open(Fixture);
        Host.GitHubUser("ana", 7);
        other.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        var foreign = await other.Browser("ana").UpToCallback();
        var state = HttpUtility.ParseQueryString(new Uri(foreign).Query)["state"];
        (await browser.Get(With(await browser.UpToCallback(), "state", state))).Is(400, "github_refused");
        await NobodyWasMade();
    }

    [Theory]
    [InlineData("an unverified primary address")]
    [InlineData("a verified address that is not primary")]
    [InlineData("the address of the profile")]
    public async Task Take_over_by(string address)
    {
        var victim = await Host.SignUp("victim", "victim@example.org", verified: true);
        Host.GitHub.People["mallory"] = address switch
        {
            "the address of the profile" => new GitHubUser(66, "mallory", "victim@example.org", new GitHubUser.Address("mallory@example.org", true, true)),
            "an unverified primary address" => new GitHubUser(66, "mallory", null, new GitHubUser.Address("victim@example.org", true, false)),
            _ => new GitHubUser(66, "mallory", null,
                new GitHubUser.Address("victim@example.org", false, true), new GitHubUser.Address("mallory@example.org", true, true)),
        };
        using var browser = Host.Browser("mallory");
        var mallory = Host.Of(await browser.SignIn());
        Assert.NotEqual(victim.Id, mallory.Id);
        Assert.NotEqual("victim@example.org", (await mallory.Get("/me")).Is(200).Body["email"]!.GetValue<string>());
        Assert.Equal("victim@example.org", (await victim.Get("/me")).Is(200).Body["email"]!.GetValue<string>());
        Assert.Empty((await victim.Get("/me/accounts")).Is(200).Body["items"]!.AsArray());
    }

    [Fact]
    public async Task Take_over_by_signing_up_first_with_an_address_that_is_not_proven()
    {
        var mallory = await Host.SignUp("mallory", "victim@example.org");
        Host.GitHubUser("victim", 7, "victim@example.org");
        using var browser = Host.Browser("victim");
        var victim = Host.Of(await browser.SignIn());
        Assert.NotEqual(mallory.Id, victim.Id);
        Assert.Equal("victim@example.org", (await victim.Get("/me")).Body["email"]!.GetValue<string>());
        Assert.Equal("", (await mallory.Get("/me")).Body["email"]!.GetValue<string>());
        (await mallory.Post("/auth/login", new { email = "victim@example.org", password = Person.Password })).Is(401);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\/evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n//evil.example")]
    [InlineData(" //evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil.example")]
    [InlineData("/chats\r\nSet-Cookie: a=b")]
    [InlineData("")]
    public async Task Open_redirect(string returnUrl)
    {
        using var browser = Host.Browser("ana");
        (await browser.Get($"/auth/github?returnUrl={Uri.EscapeDataString(returnUrl)}")).Refuses("returnUrl");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/chats/1?tab=2#3")]
    [InlineData("/a//b@evil.example:80")]
    public async Task A_path_of_this_site_is_no_open_redirect(string returnUrl)
    {
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        var response = (await browser.SignIn($"/auth/github?returnUrl={Uri.EscapeDataString(returnUrl)}")).Is(302);
        Assert.Equal(Host.Address.Authority, new Uri(Host.Address, response.Location!).Authority);
    }

    [Fact]
    public async Task A_forged_host_sends_no_code_elsewhere()
    {
        Host.GitHubUser("ana", 7);
        using var browser = Host.Browser("ana");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Host.Address, "/auth/github"));
        request.Headers.Host = "evil.example";
        using var challenge = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Redirect, challenge.StatusCode);
        Assert.Equal(404, (await browser.Get(challenge.Headers.Location!.ToString())).Status);
        Assert.Equal(["redirect_uri_mismatch"], Host.GitHub.Refusals);
    }

    [Fact]
    public async Task With_a_public_address_the_host_header_is_ignored_and_cookies_are_secure()
    {
        await using var host = await SignInHost.Open(Fixture, "--PUBLIC_URL=https://chat.example");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var challenge = await http.GetAsync(new Uri(host.Address, "/auth/github"));
        var query = HttpUtility.ParseQueryString(challenge.Headers.Location!.Query);
        Assert.Equal("https://chat.example/auth/github/callback", query["redirect_uri"]);
        var cookie = Assert.Single(challenge.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; secure", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/auth/github/callback", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_denies_access_at_GitHub_is_not_signed_in()
    {
        using var browser = Host.Browser(null);
        (await browser.SignIn()).Is(403, "github_denied");
        (await browser.Get("/auth/github/callback?error=access_denied")).Is(400, "github_refused");
    }

    [Fact]
    public async Task A_wrong_client_secret_signs_nobody_in()
    {
        await using var host = await SignInHost.Open(Fixture, "--GITHUB_CLIENT_SECRET=another");
        host.GitHubUser("ana", 7);
        using var browser = host.Browser("ana");
        (await browser.SignIn()).Is(400, "github_refused");
        Assert.Equal(["incorrect_client_credentials"], host.GitHub.Refusals);
        await NobodyWasMade();
    }

    [Fact]
    public async Task An_outage_of_GitHub_is_503_with_a_time_to_retry()
    {
        Host.GitHubUser("ana", 7);
        Host.GitHub.IsDown = true;
        using var browser = Host.Browser("ana");
        Assert.NotNull((await browser.SignIn()).Is(503, "github_unavailable").RetryAfter);
        Host.GitHub.IsDown = false;
        (await browser.SignIn()).Is(200);
    }

    private async Task NobodyWasMade() => Assert.Equal(0, await Host.Stored<long>(
        $"""
        select (select count(*) from public.accounts where "userId" <> '{SignInHost.Canary}')
          + (select count(*) from public.sessions where "userId" <> '{SignInHost.Canary}')
        """));

    private static string With(string url, string name, string? value)
    {
        var query = HttpUtility.ParseQueryString(new Uri(url).Query);
        query[name] = value;
        if (value is null)
        {
            query.Remove(name);
        }

        return new UriBuilder(url) { Query = query.ToString() }.Uri.ToString();
    }
}
