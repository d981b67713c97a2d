using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Web.Fixtures;

namespace RlsChat.Tests.Web;

/// <summary>The first page, and signing in and up.</summary>
public sealed class StartTests(PageFixture fixture) : PageTest(fixture)
{
    [Fact]
    public async Task The_first_load_is_small_and_strict_and_names_the_three_uses()
    {
        await using var visitor = await Fixture.Visit();
        var browser = await visitor.Context.NewCDPSessionAsync(visitor.Page);
        await browser.SendAsync("Network.enable");
        await browser.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = true });
        var sizes = new List<Task<RequestSizesResult>>();
        visitor.Page.RequestFinished += (_, request) => sizes.Add(request.SizesAsync());
        var response = (await visitor.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.NetworkIdle }))!;

        var bytes = (await Task.WhenAll(sizes)).Sum(size => size.ResponseBodySize + size.ResponseHeadersSize);
        Assert.True(bytes is > 10_000 and < 150_000, $"{bytes} bytes");
        Support.Figures.Add("web.bytes of the first load", bytes);
        var policy = (await response.AllHeadersAsync())["content-security-policy"];
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        foreach (var use in (string[])["Query as different people", "Run the policy tests", "Inspect pg_policies"])
        {
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = use })).ToBeInViewportAsync();
        }
    }

    [Fact]
    public async Task People_sign_up_out_and_in_and_hear_what_is_wrong()
    {
        await using var visitor = await Fixture.Visit(hash: "#/account");
        var email = $"nora.{Guid.NewGuid():N}@example.org";
        await visitor.Button("Sign up").ClickAsync();
        await visitor.Page.GetByLabel("E-mail address").FillAsync(email);
        await visitor.Page.GetByLabel("Password").FillAsync(Person.Password);
        await visitor.Button("Create account").ClickAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("no organization");

        await visitor.Button("Sign out").ClickAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("Anonymous");
        visitor.Expects("401");
        await visitor.Go("#/account");
        await visitor.Page.GetByLabel("E-mail address").FillAsync(email);
        await visitor.Page.GetByLabel("Password").FillAsync("not the password");
        await visitor.Page.Locator(".sign-in form button.primary").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Not signed in The e-mail address or the password is wrong.");
        await visitor.Page.GetByLabel("Password").FillAsync(Person.Password);
        await visitor.Page.Locator(".sign-in form button.primary").ClickAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("Nora");

        // The sign-in outlives the page.
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("Nora");
    }

    [Fact]
    public async Task Two_tabs_refresh_at_once_and_one_signs_both_out()
    {
        await using var visitor = await Fixture.Visit("Ana", "#/chat/organization");
        var other = await visitor.Context.NewPageAsync();
        await other.GotoAsync(visitor.Page.Url);
        await visitor.Page.EvaluateAsync("""
            () => localStorage.setItem('rlschat.session', JSON.stringify({ ...JSON.parse(localStorage.getItem('rlschat.session')), expires: 0 }))
            """);
        await Task.WhenAll(visitor.Page.ReloadAsync(), other.ReloadAsync());
        foreach (var page in (IPage[])[visitor.Page, other])
        {
            await Expect(page.Locator(".rows")).ToContainTextAsync("Plans for the spring");
        }

        await visitor.Button("Sign out").ClickAsync();
        await Expect(other.Locator(".acting")).ToContainTextAsync("Anonymous");
    }
}
