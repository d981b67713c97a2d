using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Web.Fixtures;

namespace RlsChat.Tests.Web;

/// <summary>Chats: what one writes, others see live, as far as the policies let them.</summary>
public sealed class ChatTests(PageFixture fixture) : PageTest(fixture)
{
    [Fact]
    public async Task Colleagues_see_chats_messages_and_votes_live()
    {
        await using var ana = await Fixture.Visit("Ana", "#/chat/organization");
        await using var ben = await Fixture.Visit("Ben", "#/chat/organization");
        await using var dan = await Fixture.Visit("Dan", "#/chat/organization");
        await Expect(ben.Text("Live")).ToBeVisibleAsync();

        await ana.Button("New chat").ClickAsync();
        await ana.Page.GetByLabel("Title").FillAsync("Lunch");
        await ana.Page.GetByLabel("Title").PressAsync("Enter");
        await Expect(ana.Page.GetByRole(AriaRole.Heading, new() { Name = "Lunch" })).ToBeVisibleAsync();
        await ben.Page.Locator(".rows").GetByText("Lunch").ClickAsync();
        await Expect(ben.Text("No messages yet")).ToBeVisibleAsync();

        await ana.Write("Noon, at the corner?");
        await Expect(ben.Text("Noon, at the corner?")).ToBeVisibleAsync();
        await ben.Button("Vote up: 0").ClickAsync();
        await Expect(ana.Button("Vote up: 1")).ToBeVisibleAsync();
        await ben.Button("Vote up: 1").ClickAsync();
        await Expect(ana.Button("Vote up: 0")).ToBeVisibleAsync();

        await ana.Button("Rename").ClickAsync();
        await ana.Page.GetByLabel("Title").FillAsync("Lunch on Friday");
        await ana.Button("Save").ClickAsync();
        await Expect(ben.Page.GetByRole(AriaRole.Heading, new() { Name = "Lunch on Friday" })).ToBeVisibleAsync();

        // A response that takes long is waited for in sight.
        var released = new TaskCompletionSource();
        await ana.Page.RouteAsync("**/vote", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        await ana.Button("Vote down: 0").ClickAsync();
        await Expect(ana.Text("Waiting for the API…")).ToBeVisibleAsync();
        await ana.IsAccessible("waiting");
        released.SetResult();
        await Expect(ben.Button("Vote down: 1")).ToBeVisibleAsync();
        await Expect(ana.Text("Waiting for the API…")).ToHaveCountAsync(0);

        // The database refuses what the page lets everybody try.
        ben.Expects("403");
        await ben.Button("Make public").ClickAsync();
        await Expect(ben.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The database refused this");

        ben.Expects("404");
        await ana.Button("Delete").ClickAsync();
        await ana.Page.GetByRole(AriaRole.Alertdialog).GetByText("Delete", new() { Exact = true }).ClickAsync();
        await Expect(ben.Page.Locator("rls-thread")).ToContainTextAsync("Not found");
        await Expect(dan.Page.Locator("main")).Not.ToContainTextAsync("Lunch");
    }

    [Fact]
    public async Task An_answer_streams_in_and_becomes_a_message()
    {
        var (ana, ben, organization) = await Fixture.Two();
        var chat = await ana.Begin("A story", organizationId: organization);
        await ana.Say(chat, string.Concat(Enumerable.Repeat("A line.\n", 80)));
        await using var visitor = await Fixture.Visit();
        await visitor.SignIn(ben);
        await visitor.Go($"#/chat/organization/{chat}");
        await Expect(visitor.Text("Live")).ToBeVisibleAsync();

        var stream = (await ana.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        await Append(0, "Once upon");
        await Expect(visitor.Text("Once upon")).ToBeInViewportAsync();

        // A reader who has scrolled up stays there.
        await visitor.Page.Locator(".log").EvaluateAsync("log => log.scrollTo({ top: 0 })");
        await Append(1, " a time.");
        await Expect(visitor.Text("Once upon a time.")).ToBeVisibleAsync();
        Assert.Equal(0, await visitor.Page.Locator(".log").EvaluateAsync<int>("log => log.scrollTop"));
        (await ana.Post($"/streams/{stream}/finish", new { })).Is(201);
        await Expect(visitor.Text("writing")).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(2);

        async Task Append(int index, string data) => (await ana.Post($"/streams/{stream}/chunks", new { index, data })).Is(200);
    }

    [Fact]
    public async Task An_answer_outlives_a_reload_and_can_be_stopped()
    {
        var ana = await Fixture.SignUp("ana");
        await using var visitor = await Fixture.Visit();
        await visitor.SignIn(ana);
        await visitor.Go($"#/chat/mine/{await ana.Begin("Questions")}");
        await Expect(visitor.Page.GetByLabel("Answer by the demo assistant")).ToBeCheckedAsync();
        await visitor.Write("What is a policy?");
        var answer = visitor.Page.Locator(".role-assistant");
        await Expect(answer).ToContainTextAsync("This is a demo answer");
        await visitor.IsAccessible("an answer that is being written");
        await visitor.Page.ReloadAsync();
        await Expect(answer).ToContainTextAsync("You wrote: “What is a policy?”");
        await Expect(answer).ToContainTextAsync("everybody who can read the chat can follow it.");
        await Expect(visitor.Text("writing")).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(2);

        // However long the question is, the answer comes into view.
        await visitor.Page.SetViewportSizeAsync(360, 740);
        await visitor.Write(string.Concat(Enumerable.Repeat("And a role? ", 30)));
        await Expect(answer).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator(".caret")).ToBeInViewportAsync();
        await Expect(answer.Last).ToContainTextAsync("This is a");
        await visitor.Button("Stop").ClickAsync();
        await Expect(visitor.Text("writing")).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(4);
        await Expect(answer.Last).Not.ToContainTextAsync("can follow it.");

        await visitor.Page.GetByLabel("Answer by the demo assistant").UncheckAsync();
        await visitor.Write("No answer, please.");
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(5);
    }

    [Fact]
    public async Task A_right_that_is_withdrawn_closes_what_is_open()
    {
        var (ana, ben, organization) = await Fixture.Two();
        var chat = await ana.Begin("Secret plans", organizationId: organization);
        await ana.Say(chat, "not for leavers");
        await using var visitor = await Fixture.Visit();
        await visitor.SignIn(ben);
        await visitor.Go($"#/chat/organization/{chat}");
        await Expect(visitor.Page.Locator(".log")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("Acme");
        await Expect(visitor.Text("Live")).ToBeVisibleAsync();

        visitor.Expects("404");
        (await ana.Delete(ben.In(organization))).Is(204);
        await Expect(visitor.Page.Locator("rls-thread")).ToContainTextAsync("Not found");
        await Expect(visitor.Page.Locator(".list")).ToContainTextAsync("You are in no organization");
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("no organization");
        await Expect(visitor.Page.Locator("main")).Not.ToContainTextAsync("Secret plans");

        // And a session that is ended elsewhere.
        visitor.Expects("401");
        (await ben.Send(HttpMethod.Post, "/me/password", System.Net.Http.Json.JsonContent.Create(
            new { oldPassword = Person.Password, newPassword = "another horse battery" }))).Is(204);
        await Expect(visitor.Page.Locator(".notice")).ToContainTextAsync("The session has ended");
        await Expect(visitor.Page.Locator(".acting")).ToContainTextAsync("Anonymous");
    }

    [Fact]
    public async Task Offline_keeps_the_text_and_catches_up_afterwards()
    {
        var (ana, ben, organization) = await Fixture.Two();
        var chat = await ana.Begin("Trains", organizationId: organization);
        await using var visitor = await Fixture.Visit();
        await visitor.SignIn(ben);
        await visitor.Go($"#/chat/organization/{chat}");
        await Expect(visitor.Text("Live")).ToBeVisibleAsync();

        visitor.Expects("ERR_INTERNET_DISCONNECTED");
        await visitor.Context.SetOfflineAsync(true);
        await Expect(visitor.Text("Reconnecting…")).ToBeVisibleAsync();
        await visitor.Write("in the tunnel");
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No connection");
        await Expect(visitor.Page.GetByLabel("Message", new() { Exact = true })).ToHaveValueAsync("in the tunnel");
        (await ana.Post($"/chats/{chat}/messages", new { role = "user", parts = new[] { new { type = "text", text = "are you there?" } } })).Is(201);

        await visitor.Context.SetOfflineAsync(false);
        await Expect(visitor.Page.Locator(".log")).ToContainTextAsync("are you there?");
        await visitor.Button("Send").ClickAsync();
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(2);
        Assert.Equal(2, (await ana.Get($"/chats/{chat}/messages")).Is(200).Ids.Length);
    }

    /// <summary>Neither markup nor length of a text matters.</summary>
    [Fact]
    public async Task Hostile_text_stays_text()
    {
        const string Markup = "<img src=x onerror=\"hacked=1\"><script>hacked=1</script><a href=\"javascript:hacked=1\">x</a>${hacked=1}";
        var (ana, _, organization) = await Fixture.Two();
        var chat = await ana.Begin(Markup, organizationId: organization);
        var line = new string('x', 1_000_000);
        foreach (var text in (string[])[Markup, line, "\u202Egnp.exe\u202C 𝔘𝔫𝔦\u0301\u0301\u0301", "]]>--><!--"])
        {
            (await ana.Post($"/chats/{chat}/messages", new { role = "user", parts = new[] { new { type = "text", text } } })).Is(201);
        }

        (await ana.Post($"/chats/{chat}/messages", new { role = "user", parts = new object?[] { null, 1, Markup, new { type = Markup, text = new { Markup } } } })).Is(201);
        await using var visitor = await Fixture.Visit(width: 360);
        await visitor.SignIn(ana);
        await visitor.Go($"#/chat/organization/{chat}");
        await Expect(visitor.Page.Locator(".thread h2")).ToHaveTextAsync(Markup);
        await Expect(visitor.Text(Markup).Nth(1)).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator(".message")).ToHaveCountAsync(5);
        await visitor.Fits("hostile text");
        await visitor.Button(new System.Text.RegularExpressions.Regex("^Show all")).ClickAsync();
        Assert.Equal(line.Length, await visitor.Page.EvaluateAsync<int>("() => Math.max(...[...document.querySelectorAll('.text')].map(text => text.textContent.length))"));
        await visitor.Fits("a line of 1 MB");
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => typeof hacked === 'undefined' && !document.querySelector('.log img, .log script, .log a')"));
    }
}
