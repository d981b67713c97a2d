using System.Text.Json.Nodes;
using RlsChat.Api.Auth;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>One's own sessions, accounts and password: seen, ended and changed by oneself and nobody else.</summary>
[Collection(SignInApi.Name)]
public sealed class MyAccountTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string NewPassword = "a quite different one";

    [Fact]
    public async Task Sessions_are_ones_own_and_the_current_one_is_marked()
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
    public async Task A_session_says_when_it_began_and_was_last_used_and_from_which_client()
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

        // What is read with a session is not written down.
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
    public void A_client_is_what_can_be_seen_of_its_name(string? header, string? client) => Assert.Equal(client, UserAgent.Excerpt(header));

    [Fact]
    public async Task A_clients_name_is_cut_at_two_hundred_characters_and_not_within_one()
    {
        Assert.Equal(new string('x', 200), UserAgent.Excerpt(new string('x', 5000)));
        Assert.Equal(new string('x', 199), UserAgent.Excerpt(new string('x', 199) + "\ud83d\ude00"));
        Assert.Equal("half \ufffd", UserAgent.Excerpt("half \ud83d\ude00"[..^1]));
        var ana = Fixture.Anonymous();
        ana.Take(await ana.With("User-Agent", new string('x', 5000), HttpMethod.Post, "/auth/register", new { email = "ana@example.org", password = Person.Password }));
        Assert.Equal(new string('x', 200), (await ana.Get("/me/sessions")).Is(200).Body["items"]![0]!["client"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_session_that_began_at_GitHub_says_its_client()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHubUser("ana", 7, "ana@example.org");
        using var browser = host.Browser("ana");
        var ana = host.Of(await browser.SignIn());
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
        var (paged, cursor) = (new List<int>(), "");
        do
        {
            var page = (await ana.Get($"/me/sessions?limit=2{cursor}")).Is(200);
            paged.AddRange(page.Body["items"]!.AsArray().Select(session => session!["id"]!.GetValue<int>()));
            cursor = page.NextCursor is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        Assert.Equal(all, paged);
        (await ana.Get("/me/sessions?limit=0&cursor=x")).Refuses("limit", "cursor");
    }

    [Fact]
    public async Task A_session_that_is_ended_elsewhere_has_no_rights_at_the_next_request()
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
    public async Task Nobody_ends_another_persons_session()
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
    public async Task Accounts_are_ones_own_and_come_in_pages()
    {
        await using var host = await SignInHost.Open(Fixture);
        var (ana, ben) = (await host.SignUp("ana"), await host.SignUp("ben"));
        for (var id = 1; id <= 5; id++)
        {
            await Link(host, ana, id);
        }

        var (paged, cursor) = (new List<string>(), "");
        do
        {
            var page = (await ana.Get($"/me/accounts?limit=2{cursor}")).Is(200);
            paged.AddRange(page.Body["items"]!.AsArray().Select(account => account!["id"]!.GetValue<string>()));
            cursor = page.NextCursor is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        Assert.Equal(["1", "2", "3", "4", "5"], paged.Order());
        Assert.Empty((await ben.Get("/me/accounts")).Is(200).Body["items"]!.AsArray());
        (await host.Anonymous().Get("/me/accounts")).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task An_account_that_is_unlinked_signs_its_person_in_no_more()
    {
        await using var host = await SignInHost.Open(Fixture);
        var (ana, ben) = (await host.SignUp("ana"), await host.SignUp("ben"));
        await Link(host, ana, 7);
        var hidden = (await ben.Delete("/me/accounts/github/7")).Is(404);
        Assert.Equal((await ben.Delete("/me/accounts/github/8")).Is(404).WithoutTrace(), hidden.WithoutTrace());
        (await host.Anonymous().Delete("/me/accounts/github/7")).Is(401, "unauthenticated");
        (await ana.Delete("/me/accounts/gitlab/7")).Is(404);
        Assert.Single((await ana.Get("/me/accounts")).Body["items"]!.AsArray());

        (await ana.Delete("/me/accounts/github/7")).Is(204);
        Assert.Empty((await ana.Get("/me/accounts")).Body["items"]!.AsArray());
        using var browser = host.Browser("octo7");
        Assert.NotEqual(ana.Id, host.Of(await browser.SignIn()).Id);
    }

    [Fact]
    public async Task The_last_way_in_is_not_unlinked()
    {
        await using var host = await SignInHost.Open(Fixture);
        host.GitHubUser("ana", 7, "ana@example.org");
        using var browser = host.Browser("ana");
        var ana = host.Of(await browser.SignIn());
        (await ana.Delete("/me/accounts/github/7")).Is(409, "last_way_in");

        await Link(host, ana, 8);
        (await ana.Delete("/me/accounts/github/7")).Is(204);
        (await ana.Delete("/me/accounts/github/8")).Is(409, "last_way_in");

        (await ana.Post("/me/password", new { newPassword = NewPassword })).Is(204);
        (await ana.Delete("/me/accounts/github/8")).Is(204);
        (await host.Anonymous().Post("/auth/login", new { email = "ana@example.org", password = NewPassword })).Is(200);
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
    public async Task Without_the_old_password_there_is_no_new_one()
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
    public async Task Guessing_the_old_password_is_rate_limited()
    {
        await using var host = await SignInHost.Open(Fixture, "--AUTH_RATE_LIMIT=3");
        var ana = await host.SignUp("ana");
        (await ana.Post("/me/password", new { oldPassword = "guess 1", newPassword = NewPassword })).Is(400);
        (await ana.Post("/me/password", new { oldPassword = "guess 2", newPassword = NewPassword })).Is(400);
        (await ana.Post("/me/password", new { oldPassword = Person.Password, newPassword = NewPassword })).Is(429, "too_many_requests");
    }

    [Fact]
    public async Task Deleting_oneself_ends_everything_of_ones_own()
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
    public async Task The_last_administrator_of_others_does_not_delete_themselves()
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

    private static async Task Link(SignInHost host, Person person, long id)
    {
        host.GitHubUser($"octo{id}", id);
        using var browser = host.Browser($"octo{id}");
        (await browser.Link(person)).Is(204);
    }

    private static async Task<int> Current(Person person) =>
        Assert.Single((await person.Get("/me/sessions")).Is(200).Body["items"]!.AsArray(), session => session!["current"]!.GetValue<bool>())!
            ["id"]!.GetValue<int>();
}
