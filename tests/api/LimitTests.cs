using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.SigningIn;

namespace RlsChat.Tests.Api;

/// <summary>Rate limits, timeouts, CORS, and the headers of every response.</summary>
public sealed class LimitTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task A_person_has_a_rate_limit_across_addresses()
    {
        await using var strict = await Fixture.Open("--PERSON_RATE_LIMIT=3");
        var (ana, ben) = (await Fixture.SignUp("ana", strict), await Fixture.SignUp("ben", strict));
        for (var i = 0; i < 3; i++)
        {
            (await ana.Get("/me")).Is(200);
        }

        var response = (await ana.Get("/me")).Is(429, "too_many_requests");
        Assert.InRange(response.RetryAfter!.Value.TotalSeconds, 1, 60);
        (await ana.Post("/chats", new { title = "more" })).Is(429);
        (await ben.Get("/me")).Is(200);
        (await new Person("anonymous", ApiFixture.AddressOf(strict)).Get("/chats?scope=public")).Is(200);
    }

    [Fact]
    public async Task An_address_has_a_rate_limit_across_people()
    {
        await using var strict = await Fixture.Open("--ADDRESS_RATE_LIMIT=4");
        var ana = await Fixture.SignUp("ana", strict);
        var nobody = new Person("anonymous", ApiFixture.AddressOf(strict));
        (await ana.Get("/me")).Is(200);
        (await nobody.Get("/chats?scope=public")).Is(200);
        (await nobody.Get("/nowhere")).Is(404);
        var response = (await ana.Get("/me")).Is(429, "too_many_requests");
        Assert.InRange(response.RetryAfter!.Value.TotalSeconds, 1, 60);
        // Middleware before the endpoints is limited too.
        (await nobody.Send(HttpMethod.Post, "/auth/github/callback")).Is(429);
        // Health checks are not limited.
        (await nobody.Get("/health/live")).Is(200);
    }

    [Fact]
    public async Task Every_way_in_counts_towards_one_limit_of_an_address()
    {
        await using var host = await SignInHost.Open(Fixture, "--AUTH_RATE_LIMIT=9");
        var (anonymous, token, password) = (host.Anonymous(), new string('A', 43), "a wrong guess");
        var ana = await host.SignUp("ana");
        using var browser = host.Browser(null);
        Func<Task<Response>>[] ways =
        [
            () => anonymous.Post("/auth/login", new { email = ana.Email, password }),
            () => ana.Post("/me/password", new { oldPassword = password, newPassword = password }),
            () => anonymous.Post("/auth/password/request", new { email = ana.Email }),
            () => anonymous.Post("/auth/password", new { token, password }),
            () => anonymous.Post("/auth/verify-email", new { token, password }),
            () => anonymous.Post("/auth/verify-email/request", new { email = ana.Email }),
            () => browser.Get("/auth/github"),
            () => browser.Get("/auth/github/callback"),
        ];
        foreach (var (way, status) in ways.Zip([401, 400, 202, 410, 410, 401, 302, 400]))
        {
            (await way()).Is(status);
        }

        foreach (var way in ways.Append(() => anonymous.Post("/auth/register", new { email = "ben@example.org", password })))
        {
            Assert.InRange((await way()).Is(429, "too_many_requests").RetryAfter!.Value.TotalSeconds, 1, 60);
        }

        (await anonymous.Get("/chats?scope=public")).Is(200);
    }

    [Fact]
    public async Task The_tabs_of_a_browser_refresh_together()
    {
        await using var strict = await Fixture.Open("--AUTH_RATE_LIMIT=1");
        var ana = await Fixture.SignUp("ana", strict);
        (await ana.Post("/auth/login", new { email = "ana@example.org", password = Person.Password })).Is(429);
        for (var tab = 0; tab < 10; tab++)
        {
            (await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200);
        }

        (await ana.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(429, "too_many_requests");
    }

    [Fact]
    public async Task Only_a_trusted_proxy_sets_the_address()
    {
        await using (var trusting = await Fixture.Open("--ADDRESS_RATE_LIMIT=2", "--TRUSTED_PROXIES=127.0.0.1"))
        {
            var nobody = new Person("anonymous", ApiFixture.AddressOf(trusting));
            foreach (var address in new[] { "192.0.2.1", "192.0.2.2", "2001:db8:1:1::1", "2001:db8:1:2::1" })
            {
                (await nobody.With("X-Forwarded-For", address, HttpMethod.Get, "/chats?scope=public")).Is(200);
                (await nobody.With("X-Forwarded-For", address, HttpMethod.Get, "/chats?scope=public")).Is(200);
                (await nobody.With("X-Forwarded-For", address, HttpMethod.Get, "/chats?scope=public")).Is(429);
            }

            // The address that the client itself sent is ignored; a /64 is one address.
            (await nobody.With("X-Forwarded-For", "203.0.113.9, 192.0.2.1", HttpMethod.Get, "/chats?scope=public")).Is(429);
            (await nobody.With("X-Forwarded-For", "2001:db8:1:1:ffff::1", HttpMethod.Get, "/chats?scope=public")).Is(429);
        }

        await using var wary = await Fixture.Open("--ADDRESS_RATE_LIMIT=2");
        var someone = new Person("anonymous", ApiFixture.AddressOf(wary));
        (await someone.With("X-Forwarded-For", "192.0.2.1", HttpMethod.Get, "/chats?scope=public")).Is(200);
        (await someone.With("X-Forwarded-For", "192.0.2.2", HttpMethod.Get, "/chats?scope=public")).Is(200);
        (await someone.With("X-Forwarded-For", "192.0.2.3", HttpMethod.Get, "/chats?scope=public")).Is(429);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_cancelled_with_its_statement()
    {
        await using var hasty = await Fixture.Open("--REQUEST_TIMEOUT=1");
        var here = await Fixture.SignUp("ana");
        var ana = here.At(ApiFixture.AddressOf(hasty));
        await using (await Sql.LockChats(Fixture.Database.OwnerConnectionString))
        {
            (await ana.Post("/chats", new { title = "late" })).Is(504, "timeout");
            await Wait.Until(async () => await Sql.WaitingForChats(Fixture.Database.OwnerConnectionString) == 0);
        }

        Assert.Empty((await here.Get("/chats")).Is(200).Ids);
    }

    [Fact]
    public async Task Cancelling_a_request_cancels_its_statement()
    {
        var ana = await Fixture.SignUp("ana");
        await using var locked = await Sql.LockChats(Fixture.Database.OwnerConnectionString);
        using var http = new HttpClient { BaseAddress = Fixture.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", ana.AccessToken);
        using var gone = new CancellationTokenSource();
        var asked = http.GetAsync("/chats", gone.Token);
        await Wait.Until(async () => await Sql.WaitingForChats(Fixture.Database.OwnerConnectionString) == 1);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await Wait.Until(async () => await Sql.WaitingForChats(Fixture.Database.OwnerConnectionString) == 0);
    }

    [Fact]
    public async Task Only_listed_origins_are_allowed()
    {
        await using var open = await Fixture.Open("--CORS_ORIGINS=https://app.example, http://localhost:3000");
        var ana = await Fixture.SignUp("ana", open);
        foreach (var origin in new[] { "https://app.example", "http://localhost:3000" })
        {
            var asked = await ana.Send(HttpMethod.Options, "/chats", null, ("Origin", origin),
                ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,content-type,idempotency-key,if-match"));
            Assert.Equal((204, origin), (asked.Status, asked.Header("Access-Control-Allow-Origin")));
            Assert.Contains("PATCH", asked.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
            Assert.Null(asked.Header("Access-Control-Allow-Credentials"));
            Assert.Equal(origin, (await ana.With("Origin", origin, HttpMethod.Get, "/me")).Is(200).Header("Access-Control-Allow-Origin"));
            // A page reads refusals, too.
            Assert.Equal(origin, (await ana.With("Origin", origin, HttpMethod.Get, "/chats/x")).Is(400).Header("Access-Control-Allow-Origin"));
        }

        foreach (var origin in new[] { "https://evil.example", "https://app.example.evil.example", "null", "http://app.example" })
        {
            Assert.Null((await ana.With("Origin", origin, HttpMethod.Get, "/me")).Header("Access-Control-Allow-Origin"));
        }

        Assert.Null((await Fixture.Anonymous().With("Origin", "https://app.example", HttpMethod.Get, "/chats?scope=public")).Is(200)
            .Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/chats?scope=public", 200)]
    [InlineData("/chats", 401)]
    [InlineData("/nowhere", 404)]
    [InlineData("/chats/x", 400)]
    [InlineData("/health/live", 200)]
    public async Task Every_response_has_the_security_headers(string path, int status)
    {
        var response = (await Fixture.Anonymous().Get(path)).Is(status);
        Assert.Equal(
            ("nosniff", "DENY", "no-referrer", "same-origin", "default-src 'none'; frame-ancestors 'none'"),
            (response.Header("X-Content-Type-Options"), response.Header("X-Frame-Options"), response.Header("Referrer-Policy"),
                response.Header("Cross-Origin-Resource-Policy"), response.Header("Content-Security-Policy")));
        Assert.Contains("no-store", response.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Null(response.Header("Strict-Transport-Security"));
        Assert.Null(response.Header("Server"));
    }

    [Fact]
    public async Task Behind_TLS_a_response_requires_TLS()
    {
        await using var api = await Fixture.Open("--PUBLIC_URL=https://chat.example");
        var response = (await new Person("anonymous", ApiFixture.AddressOf(api)).Get("/health/live")).Is(200);
        Assert.Equal("max-age=31536000", response.Header("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Every_response_has_the_time_that_the_database_took()
    {
        var ana = await Fixture.SignUp("ana");
        foreach (var response in new[]
        {
            (await ana.Get("/me")).Is(200), (await ana.Post("/chats", new { title = "a" })).Is(201),
            (await ana.Get($"/chats/{Guid.NewGuid()}")).Is(404), (await ana.Post("/chats", new { title = "a", organizationId = Guid.NewGuid() })).Is(403),
            (await Fixture.Anonymous().Post("/auth/login", new { email = ana.Email, password = "wrong password" })).Is(401),
        })
        {
            var parts = response.Header("Server-Timing")!.Split(", ").ToDictionary(
                part => part.Split(";dur=")[0], part => double.Parse(part.Split(";dur=")[1], System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(["db", "total"], parts.Keys);
            Assert.InRange(parts["db"], 0.1, parts["total"] + 0.1);
        }

        Assert.Null((await Fixture.Anonymous().Get("/health/live")).Is(200).Header("Server-Timing"));
        Assert.Null((await ana.Get("/chats/x")).Is(400).Header("Server-Timing"));

        // The statements are told in development only.
        const string Statements = "Rlschat-Statements";
        Assert.Null((await ana.With(Statements, "show", HttpMethod.Get, "/chats")).Is(200).Header(Statements));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task The_callback_of_GitHub_takes_GET_only(string method) =>
        (await Fixture.Anonymous().Send(new HttpMethod(method), "/auth/github/callback?code=a&state=b")).Is(405, "method_not_allowed");
}
