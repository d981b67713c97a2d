using RlsChat.Tests.Web.Fixtures;

namespace RlsChat.Tests.Web;

/// <summary>The person's own: organization, members, invitations, sessions.</summary>
public sealed class AccountTests(PageFixture fixture) : PageTest(fixture)
{
    [Fact]
    public async Task People_found_an_organization_invite_and_give_roles()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        await Fixture.Setup.Verify(ben);
        await using var first = await Fixture.Visit();
        await first.SignIn(ana);
        await first.Go("#/account");
        await first.Page.GetByLabel("Create an organization").FillAsync("Initech");
        await first.Button("Create").ClickAsync();
        await Expect(first.Text("Initech: 1 member")).ToBeVisibleAsync();
        await first.Page.GetByLabel("Invite").FillAsync(ben.Email);
        await first.Button("Invite").ClickAsync();
        var token = await first.Page.Locator("[role=status] code").TextContentAsync();

        await using var second = await Fixture.Visit();
        await second.SignIn(ben);
        await second.Go("#/account");
        await second.Page.GetByLabel("Accept an invitation").FillAsync(token!);
        await second.Button("Accept").ClickAsync();
        await Expect(second.Page.Locator(".acting")).ToContainTextAsync("Initech");
        await Expect(second.Text("Initech: 2 members")).ToBeVisibleAsync();
        await Expect(second.Button(new System.Text.RegularExpressions.Regex("^Remove Ana"))).ToHaveCountAsync(0);

        // Nobody changes their own role, and the page goes on showing it.
        first.Expects("403");
        await first.Page.ReloadAsync();
        await first.Page.GetByLabel("Role of Ana").SelectOptionAsync("member");
        await Expect(first.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(first.Page.GetByLabel("Role of Ana").Locator("option:checked")).ToHaveTextAsync("organization_admin");
        await first.Text("New role").ClickAsync();
        await first.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("archivist");
        await first.Page.GetByLabel("can_view_documents").CheckAsync();
        await first.Button("Create role").ClickAsync();
        await first.Page.GetByLabel("Role of Ben").SelectOptionAsync("archivist");
        await first.Settle();
        await Expect(first.Page.GetByLabel("Role of Ben").Locator("option:checked")).ToHaveTextAsync("archivist");
        await first.Page.GetByLabel("Role of Ben").SelectOptionAsync("organization_admin");
        await first.Settle();
        await second.Page.ReloadAsync();
        await Expect(second.Button(new System.Text.RegularExpressions.Regex("^Remove Ana"))).ToBeVisibleAsync();
        await first.IsAccessible("the account");

        // The first sign-in of theirs was the API's.
        await first.Button("End").ClickAsync();
        await Expect(first.Button("End")).ToHaveCountAsync(0);
        (await ana.Get("/me")).Is(401, "session_ended");
    }

    [Fact]
    public async Task An_operator_reads_as_a_person_and_sees_so()
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin("Plans of Ana");
        await using var visitor = await Fixture.Visit("Olga", "#/account");
        await visitor.Page.GetByLabel("Person").FillAsync($"{ana.Id}");
        await visitor.Page.GetByLabel("Reason").FillAsync("She cannot find a chat");
        await visitor.Button("Read as them").ClickAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("read by Olga");
        await Expect(visitor.Page.Locator(".notice")).ToContainTextAsync("You see what Ana");
        await visitor.Page.Locator(".rows").GetByText("Plans of Ana").ClickAsync();
        await visitor.Settle();
        await visitor.IsAccessible("reading as a person");

        visitor.Expects("403");
        await visitor.Button("Make public").ClickAsync();
        await Expect(visitor.Page.Locator(".refusal")).ToContainTextAsync("The database refused this");
        await Expect(visitor.Page.Locator(".refusal a")).ToHaveCountAsync(0);
        visitor.Expects("404");
        await visitor.Button("Stop").ClickAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("operator");
        await Expect(visitor.Page.Locator("rls-thread")).ToContainTextAsync("Not found");

        await using var person = await Fixture.Visit();
        await person.SignIn(ana);
        await person.Go("#/account");
        await Expect(person.Page.GetByLabel("Audit")).ToContainTextAsync("impersonated: She cannot find a chat");
        Assert.Equal("private", (await ana.Get($"/chats/{chat}")).Is(200).Body["visibility"]!.GetValue<string>());
    }
}
