using System.Text.Json.Nodes;
using RlsChat.Api.Auth;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>A person's sessions, accounts and password, which only that person lists, ends and changes.</summary>
public sealed class MyAccountTests(SignInFixture fixture) : SignInTest(fixture)
{
    private const string NewPassword = "a quite different one";

    [Fact]
    public async Task A_person_lists_their_own_sessions_and_the_current_one_is_marked()
    {
        var ana = await Fixture.SignUp("ana");
        var phone = await Again(ana);
        await Fixture.SignUp("ben");
        var sessions = (await ana.Get("/me/sessions")).Is(200).Body["items"]!.AsArray();
        Assert.Equal(2, sessions.Count);
        Assert.All(sessions, session => Assert.Equal(["id", "createdAt", "lastUsed", "client", "expires", "current"], session!.AsObject().Select(member => member.Key)));
        Assert.NotEqual(await Current(ana), await Current(phone));

        // A refresh goes on with the same sign-in, seen from the old access token too.
        var (old, id) = (ana.AccessToken, await Current(ana));
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200));
        Assert.Equal(2, (await ana.Get("/me/sessions")).Body["items"]!.AsArray().Count);
        Assert.Equal(id, await Current(ana));
        ana.Bear(old);
        Assert.Equal(id, await Current(ana));
    }

    [Fact]
    public async Task A_session_has_its_times_and_its_client()
    {
        var ana = await Fixture.SignUp("ana");
        var phone = new Person("ana", Fixture.Address);
        phone.Take(await phone.With("User-Agent", "phone/1", HttpMethod.Post, "/auth/login", new { email = ana.Email, password = Person.Password }));
        var began = await Session(phone);
        Assert.Equal("phone/1", began["client"]!.GetValue<string>());
        Assert.Equal(began["createdAt"]!.GetValue<string>(), began["lastUsed"]!.GetValue<string>());
        Assert.Null((await Session(ana))["client"]);

        await Fixture.Setup.Age("sessions", """update public.sessions set "createdAt" = "createdAt" - interval '1 day', "lastUsed" = "lastUsed" - interval '1 day'""");
        phone.Take(await phone.With("User-Agent", "phone/2", HttpMethod.Post, "/auth/refresh", new { refreshToken = phone.RefreshToken }));
        var refreshed = await Session(phone);
        Assert.Equal("phone/2", refreshed["client"]!.GetValue<string>());
        Assert.Equal(TimeSpan.FromDays(1), began["createdAt"]!.GetValue<DateTime>() - refreshed["createdAt"]!.GetValue<DateTime>());
        Assert.InRange(refreshed["lastUsed"]!.GetValue<DateTime>() - refreshed["createdAt"]!.GetValue<DateTime>(), TimeSpan.FromDays(1), TimeSpan.FromDays(1.5));

        // Requests that only read do not count as use.
        Assert.Equal(refreshed.ToJsonString(), (await Session(phone)).ToJsonString());

        async Task<JsonNode> Session(Person person) =>
            (await person.Get("/me/sessions")).Is(200).Body["items"]!.AsArray().Single(session => session!["current"]!.GetValue<bool>())!;
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)")]
    [InlineData("  a\tb\u0085c\u202ed\u2028e  ", "abcde")]
    [InlineData("\u200b \u0001", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("caf\u00e9 \ud83d\ude00", "caf\u00e9 \ud83d\ude00")]
    public void A_client_is_the_visible_part_of_its_name(string? header, string? client) => Assert.Equal(client, UserAgent.Excerpt(header));

    [Fact]
    public async Task A_client_is_cut_at_two_hundred_characters_and_not_within_one()
    {
        Assert.Equal(new string('x', 200), UserAgent.Excerpt(new string('x', 5000)));
        Assert.Equal(new string('x', 199), UserAgent.Excerpt(new string('x', 199) + "\ud83d\ude00"));
        Assert.Equal("half \ufffd", UserAgent.Excerpt("half \ud83d\ude00"[..^1]));
        var ana = Fixture.Anonymous();
        ana.Take(await ana.With("User-Agent", new string('x', 5000), HttpMethod.Post, "/auth/register", new { email = "ana@example.org", password = Person.Password }));
        Assert.Equal(new string('x', 200), (await ana.Get("/me/sessions")).Is(200).Body["items"]![0]!["client"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_session_from_GitHub_has_its_client()
    {
        Host.GitHubUser("ana", 7, "ana@example.org");
        using var browser = Host.Browser("ana");
        var ana = Host.Of(await browser.SignIn());
        Assert.Equal(Browser.UserAgent, (await ana.Get("/me/sessions")).Is(200).Body["items"]![0]!["client"]!.GetValue<string>());
    }

    [Fact]
    public async Task Sessions_come_in_pages()
    {
        var ana = await Fixture.SignUp("ana");
        for (var i = 0; i < 4; i++)
        {
            await Again(ana);
        }

        var all = (await ana.Get("/me/sessions")).Is(200).Body["items"]!.AsArray().Select(session => session!["id"]!.GetValue<int>()).ToArray();
        Assert.Equal(5, all.Length);
        Assert.Equal(all, await Pages.Of(ana, "/me/sessions?limit=2", page => page.Body["items"]!.AsArray().Select(session => session!["id"]!.GetValue<int>())));
        (await ana.Get("/me/sessions?limit=0&cursor=x")).Refuses("limit", "cursor");
    }

    [Fact]
    public async Task A_session_that_another_one_ends_has_no_rights_at_the_next_request()
    {
        var ana = await Fixture.SignUp("ana");
        var phone = await Again(ana);
        phone.Take((await phone.Post("/auth/refresh", new { refreshToken = phone.RefreshToken })).Is(200));
        var chat = await phone.Begin(visibility: "public");
        (await ana.Delete($"/me/sessions/{await Current(phone)}")).Is(204);
        (await phone.Get("/me")).Is(401, "session_ended");
        (await phone.Get($"/chats/{chat}")).Is(401, "session_ended");
        (await Fixture.Anonymous().Post("/auth/refresh", new { refreshToken = phone.RefreshToken })).Is(401);
        (await ana.Get($"/chats/{chat}")).Is(200);

        (await ana.Delete($"/me/sessions/{await Current(ana)}")).Is(204);
        (await ana.Get("/me")).Is(401, "session_ended");
    }

    [Fact]
    public async Task A_person_cannot_end_the_session_of_another()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var session = await Current(ana);
        var hidden = (await ben.Delete($"/me/sessions/{session}")).Is(404);
        Assert.Equal((await ben.Delete("/me/sessions/2147483647")).Is(404).WithoutTrace(), hidden.WithoutTrace());
        (await Fixture.Anonymous().Delete($"/me/sessions/{session}")).Is(401, "unauthenticated");
        (await Fixture.Anonymous().Get("/me/sessions")).Is(401, "unauthenticated");
        (await ben.Delete("/me/sessions/one")).Refuses("id");
        (await ben.Delete("/me/sessions/99999999999")).Refuses("id");
        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_person_lists_their_own_accounts_in_pages()
    {
        var (ana, ben) = (await Host.SignUp("ana"), await Host.SignUp("ben"));
        for (var id = 1; id <= 5; id++)
        {
            await Host.Link(ana, id);
        }

        var paged = await Pages.Of(ana, "/me/accounts?limit=2", page => page.Body["items"]!.AsArray().Select(account => account!["id"]!.GetValue<string>()));
        Assert.Equal(["1", "2", "3", "4", "5"], paged.Order());
        Assert.Empty((await ben.Get("/me/accounts")).Is(200).Body["items"]!.AsArray());
        (await Host.Anonymous().Get("/me/accounts")).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task An_unlinked_account_no_longer_signs_its_person_in()
    {
        var (ana, ben) = (await Host.SignUp("ana"), await Host.SignUp("ben"));
        await Host.Link(ana, 7);
        var hidden = (await ben.Delete("/me/accounts/github/7")).Is(404);
        Assert.Equal((await ben.Delete("/me/accounts/github/8")).Is(404).WithoutTrace(), hidden.WithoutTrace());
        (await Host.Anonymous().Delete("/me/accounts/github/7")).Is(401, "unauthenticated");
        (await ana.Delete("/me/accounts/gitlab/7")).Is(404);
        Assert.Single((await ana.Get("/me/accounts")).Body["items"]!.AsArray());

        (await ana.Delete("/me/accounts/github/7")).Is(204);
        Assert.Empty((await ana.Get("/me/accounts")).Body["items"]!.AsArray());
        using var browser = Host.Browser("octo7");
        Assert.NotEqual(ana.Id, Host.Of(await browser.SignIn()).Id);
    }

    [Fact]
    public async Task The_last_way_in_cannot_be_unlinked()
    {
        Host.GitHubUser("ana", 7, "ana@example.org");
        using var browser = Host.Browser("ana");
        var ana = Host.Of(await browser.SignIn());
        (await ana.Delete("/me/accounts/github/7")).Is(409, "last_way_in");

        await Host.Link(ana, 8);
        (await ana.Delete("/me/accounts/github/7")).Is(204);
        (await ana.Delete("/me/accounts/github/8")).Is(409, "last_way_in");

        (await ana.Post("/me/password", new { newPassword = NewPassword })).Is(204);
        (await ana.Delete("/me/accounts/github/8")).Is(204);
        (await Host.Anonymous().Post("/auth/login", new { email = "ana@example.org", password = NewPassword })).Is(200);
    }

    [Fact]
    public async Task A_new_password_ends_the_other_sessions()
    {
        var ana = await Fixture.SignUp("ana");
        var phone = await Again(ana);
        (await ana.Post("/me/password", new { oldPassword = Person.Password, newPassword = NewPassword })).Is(204);
        (await phone.Get("/me")).Is(401, "session_ended");
        (await Fixture.Anonymous().Post("/auth/refresh", new { refreshToken = phone.RefreshToken })).Is(401);
        (await ana.Get("/me")).Is(200);
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200));
        (await ana.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(401);
        (await ana.Post("/auth/login", new { email = ana.Email, password = NewPassword })).Is(200);
    }

    [Fact]
    public async Task A_new_password_needs_the_old_one()
    {
        var ana = await Fixture.SignUp("ana");
        var phone = await Again(ana);
        (await ana.Post("/me/password", new { oldPassword = "a wrong guess", newPassword = NewPassword })).Refuses("oldPassword");
        (await ana.Post("/me/password", new { newPassword = NewPassword })).Refuses("oldPassword");
        (await ana.Post("/me/password", new { oldPassword = Person.Password, newPassword = "short" })).Refuses("newPassword");
        (await ana.Post("/me/password", new { oldPassword = Person.Password })).Refuses("newPassword");
        (await Fixture.Anonymous().Post("/me/password", new { oldPassword = Person.Password, newPassword = NewPassword })).Is(401, "unauthenticated");
        (await phone.Get("/me")).Is(200);
        (await ana.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200);
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await ana.Post("/me/password", new { oldPassword = Person.Password, newPassword = NewPassword })).Is(401, "session_ended");
    }

    [Fact]
    public async Task Deleting_an_account_ends_its_sessions_and_chats()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var phone = await Again(ana);
        var chat = await ana.Begin(visibility: "public");
        var bens = await ben.Begin();
        (await Fixture.Anonymous().Delete("/me")).Is(401, "unauthenticated");
        (await ana.Delete("/me")).Is(204);
        (await ana.Get("/me")).Is(401, "session_ended");
        (await phone.Get("/me")).Is(401, "session_ended");
        (await Fixture.Anonymous().Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(401, "invalid_credentials");
        (await Fixture.Anonymous().Get($"/chats/{chat}")).Is(404);
        (await ben.Get($"/chats/{bens}")).Is(200);
        (await Fixture.Anonymous().Post("/auth/register", new { email = ana.Email, password = Person.Password })).Is(201);
    }

    [Fact]
    public async Task The_last_administrator_cannot_delete_their_account()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        await Fixture.Setup.Found(ana);
        await Fixture.Setup.Admit(ana, ben);
        (await ana.Delete("/me")).Is(409, "last_administrator");
        (await ana.Get("/me")).Is(200);
        (await ben.Delete("/me")).Is(204);
        (await ana.Delete("/me")).Is(204);
    }

    private async Task<Person> Again(Person person)
    {
        var again = Fixture.Anonymous();
        again.Take((await again.Post("/auth/login", new { email = person.Email, password = Person.Password })).Is(200));
        return again;
    }

    private static async Task<int> Current(Person person) =>
        Assert.Single((await person.Get("/me/sessions")).Is(200).Body["items"]!.AsArray(), session => session!["current"]!.GetValue<bool>())!
            ["id"]!.GetValue<int>();
}
