using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Signing up, in and out, and what a session is good for.</summary>
public sealed class SignInTests(ApiFixture fixture) : ApiTest(fixture)
{
    public override Task InitializeAsync() => Fixture.Empty();

    [Fact]
    public async Task A_person_who_signs_up_is_signed_in()
    {
        var response = await Fixture.Anonymous().Post("/auth/register", new { email = "ana@example.org", password = Person.Password });
        response.Is(201);
        Assert.Equal(["accessToken", "refreshToken", "expiresIn", "user"], response.Body.AsObject().Select(member => member.Key));
        Assert.Equal(900, response.Body["expiresIn"]!.GetValue<int>());
        Assert.Equal("ana@example.org", response.Body["user"]!["email"]!.GetValue<string>());

        var ana = Fixture.Anonymous();
        ana.Take(response);
        var me = (await ana.Get("/me")).Is(200);
        Assert.Equal(response.Body["user"]!.ToJsonString(), me.Body.ToJsonString());
    }

    [Fact]
    public async Task A_token_holds_the_person_and_the_session_and_nothing_else()
    {
        var ana = await Fixture.SignUp("ana");
        Assert.Equal(["alg", "kid", "typ"], Claims.Header(ana.AccessToken).Select(member => member.Key).Order());
        var payload = Claims.Payload(ana.AccessToken);
        Assert.Equal(["aud", "exp", "iat", "iss", "ses", "sub"], payload.Select(member => member.Key).Order());
        Assert.Equal(ana.Id.ToString(), payload["sub"]!.GetValue<string>());
        Assert.Equal(43, payload["ses"]!.GetValue<string>().Length);
        Assert.Equal(15 * 60, payload["exp"]!.GetValue<long>() - payload["iat"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("ana@example.org", Person.Password, 200)]
    [InlineData("ANA@Example.ORG", Person.Password, 200)]
    [InlineData("ana@example.org", "correct horse batterY", 401)]
    [InlineData("ben@example.org", Person.Password, 401)]
    public async Task The_right_password_of_an_address_signs_in(string email, string password, int status)
    {
        var nobody = Fixture.Anonymous();
        (await nobody.Post("/auth/register", new { email = "ana@example.org", password = Person.Password })).Is(201);
        var response = await nobody.Post("/auth/login", new { email, password });
        response.Is(status, status == 401 ? "invalid_credentials" : null);
    }

    [Fact]
    public async Task Unknown_address_and_wrong_password_are_answered_alike()
    {
        var ana = await Fixture.SignUp("ana");
        var nobody = Fixture.Anonymous();
        var unknown = await nobody.Post("/auth/login", new { email = "x@example.org", password = "wrong password" });
        var wrong = await nobody.Post("/auth/login", new { email = ana.Email, password = "wrong password" });
        Assert.Equal(unknown.Is(401).WithoutTrace(), wrong.Is(401).WithoutTrace());
    }

    [Fact]
    public async Task A_taken_address_is_a_conflict_whatever_its_case()
    {
        var ana = await Fixture.SignUp("ana");
        (await Fixture.Anonymous().Post("/auth/register", new { email = ana.Email.ToUpperInvariant(), password = Person.Password }))
            .Is(409, "email_taken");
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_successor_after_it()
    {
        var ana = await Fixture.SignUp("ana");
        var first = ana.RefreshToken;
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = first })).Is(200));
        Assert.NotEqual(first, ana.RefreshToken);
        (await ana.Get("/me")).Is(200);
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200));
        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_refresh_token_that_is_used_again_ends_the_whole_family()
    {
        var ana = await Fixture.SignUp("ana");
        var elsewhere = Fixture.Anonymous();
        elsewhere.Take(await elsewhere.Post("/auth/login", new { email = ana.Email, password = Person.Password }));
        var stolen = ana.RefreshToken;
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = stolen })).Is(200));
        await Fixture.Setup.EndGrace();

        var thief = Fixture.Anonymous();
        (await thief.Post("/auth/refresh", new { refreshToken = stolen })).Is(401, "invalid_refresh_token");

        (await ana.Get("/me")).Is(401, "session_ended");
        (await thief.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(401, "invalid_refresh_token");
        (await elsewhere.Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_client_whose_answer_was_lost_asks_again()
    {
        var ana = await Fixture.SignUp("ana");
        var token = ana.RefreshToken;
        (await ana.Post("/auth/refresh", new { refreshToken = token })).Is(200);
        await Fixture.Setup.EndGrace(seconds: 1);
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = token })).Is(200));
        (await ana.Get("/me")).Is(200);
        ana.Take((await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200));
        Assert.Single((await ana.Get("/me/sessions")).Is(200).Body["items"]!.AsArray());

        // The control: without a grace, it is a reuse.
        await using var strict = await Fixture.Open("--REFRESH_GRACE=0");
        (await ana.At(ApiFixture.AddressOf(strict)).Post("/auth/refresh", new { refreshToken = token })).Is(401, "invalid_refresh_token");
        (await ana.Get("/me")).Is(401, "session_ended");
    }

    [Fact]
    public async Task The_grace_is_thirty_seconds_and_can_be_set()
    {
        await using var longer = await Fixture.Open("--REFRESH_GRACE=300");
        foreach (var (api, seconds, status) in new[] { (Fixture.App, 20, 200), (Fixture.App, 31, 401), (longer, 280, 200), (longer, 301, 401) })
        {
            var ana = await Fixture.SignUp("ana", api);
            (await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200);
            await Fixture.Setup.EndGrace(seconds);
            (await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(status);
        }
    }

    [Fact]
    public async Task A_refresh_token_that_never_was_is_refused()
    {
        (await Fixture.Anonymous().Post("/auth/refresh", new { refreshToken = new string('A', 43) }))
            .Is(401, "invalid_refresh_token");
    }

    [Fact]
    public async Task Logging_out_ends_all_rights_at_the_next_request()
    {
        var ana = await Fixture.SignUp("ana");
        var open = await ana.Begin(visibility: "public");
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await ana.Get("/me")).Is(401, "session_ended");
        (await ana.Get($"/chats/{open}")).Is(401, "session_ended");
        (await ana.Post("/chats", new { title = "after" })).Is(401, "session_ended");
        (await ana.Patch($"/chats/{open}", new { title = "after" })).Is(401, "session_ended");
        (await ana.Delete($"/chats/{open}")).Is(401, "session_ended");
        (await Fixture.Anonymous().Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(401);
        (await Fixture.Anonymous().Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        Assert.Contains("\"chat\"", (await Fixture.Anonymous().Get($"/chats/{open}")).Is(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Me_has_the_organization_and_the_permissions_there()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var me = (await ana.Get("/me")).Is(200).Body;
        Assert.Null(me["organization"]);
        Assert.Equal("[]", me["permissions"]!.ToJsonString());
        Assert.Equal(0.00m, me["creditBalance"]!.GetValue<decimal>());
        Assert.False(me["emailVerified"]!.GetValue<bool>());

        var organization = await Fixture.Setup.Found(ana, "Acme");
        await Fixture.Setup.Admit(ana, ben, await Fixture.Setup.RoleWith(ana, "can_view_audit"));
        me = (await ben.Get("/me")).Is(200).Body;
        Assert.Equal(organization, me["organization"]!["id"]!.GetValue<Guid>());
        Assert.Equal("Acme", me["organization"]!["name"]!.GetValue<string>());
        Assert.Equal("""["can_view_audit"]""", me["permissions"]!.ToJsonString());
        Assert.True(me["emailVerified"]!.GetValue<bool>());
        (await Fixture.Anonymous().Get("/me")).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task A_weaker_hash_is_replaced_when_its_password_is_seen()
    {
        var ana = await Fixture.SignUp("ana");
        var hash = await Fixture.Setup.SignIn<string>("""select "password" from auth.credentials($1)""", ana.Email);
        await using var stronger = ApiFixture.Build(Fixture.Database, iterations: 2000);
        await stronger.StartAsync();
        var there = new Person("ana", ApiFixture.AddressOf(stronger));
        (await there.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200);
        Assert.NotEqual(hash, await Fixture.Setup.SignIn<string>("""select "password" from auth.credentials($1)""", ana.Email));
        (await there.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(200);
    }
}
