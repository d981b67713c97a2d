using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Idempotency-Key: what is asked twice under one key is done once, for who asks, and for nobody else.</summary>
[Collection(RaceApi.Name)]
public sealed class IdempotencyTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Header = "Idempotency-Key";
    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    /// <summary>Every endpoint that makes something: who, where, what, and how many there are then.</summary>
    private async Task<(Person Who, string Path, object Body, Func<Task<int>> Count)> Creation(string endpoint)
    {
        var (owner, admin) = (_world["owner"], _world["admin"]);
        var organization = $"/organizations/{_world.Organization}";
        switch (endpoint)
        {
            case "chats":
                return (owner, "/chats", new { title = "once" }, () => Count(owner, "/chats?limit=100"));
            case "messages":
                var chat = await owner.Begin();
                return (owner, $"/chats/{chat}/messages", new { role = "user", parts = new object[] { 1.0, "é" }, attachments = Array.Empty<int>() },
                    () => Count(owner, $"/chats/{chat}/messages"));
            case "streams":
                chat = await owner.Begin();
                return (owner, $"/chats/{chat}/streams", new { }, () => Count(owner, $"/chats/{chat}/streams"));
            case "answers":
                chat = await owner.Begin();
                return (owner, $"/chats/{chat}/answers", new { }, () => Count(owner, $"/chats/{chat}/streams"));
            case "finish":
                chat = await owner.Begin();
                var stream = (await owner.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
                (await owner.Post($"/streams/{stream}/chunks", new { index = 0, data = "once" })).Is(200);
                return (owner, $"/streams/{stream}/finish", new { }, () => Count(owner, $"/chats/{chat}/messages"));
            case "documents":
                return (owner, "/documents", new { title = "once", content = "words" }, () => Count(owner, "/documents?limit=100"));
            case "versions":
                var testDocument = await TestDocument.By(owner, null, owner);
                return (owner, $"/documents/{testDocument.Id}/versions", new { content = "once" }, () => Count(owner, $"/documents/{testDocument.Id}/versions"));
            case "suggestions":
                testDocument = await TestDocument.By(owner, null, owner);
                return (owner, $"/documents/{testDocument.Id}/suggestions", new { originalText = "a", suggestedText = "b" },
                    () => Count(owner, $"/documents/{testDocument.Id}/suggestions"));
            case "organizations":
                var founder = await Fixture.SignUp("founder");
                return (founder, "/organizations", new { name = "Once" },
                    async () => (await founder.Get("/me")).Is(200).Body["organization"] is null ? 0 : 1);
            case "roles":
                return (admin, $"{organization}/roles", new { name = Guid.NewGuid().ToString("N"), permissions = new[] { "can_view_audit" } },
                    () => Count(admin, $"{organization}/roles?limit=100"));
            case "invitations":
                return (admin, $"{organization}/invitations", new { email = $"{Guid.NewGuid():N}@example.org", roleId = Setup.Member },
                    () => Count(admin, $"{organization}/invitations?limit=100"));
            case "grants":
                var op = await Fixture.Operator();
                var rich = await Fixture.SignUp("rich");
                return (op, "/credits/grants", new { userId = rich.Id, amount = 1, reason = "once" },
                    async () => (await rich.Get("/me/credits")).Is(200).Body["items"]!.AsArray().Count);
            default:
                throw new ArgumentException(endpoint);
        }
    }

    private static async Task<int> Count(Person person, string path) => (await person.Get(path)).Is(200).Ids.Length;

    public static readonly TheoryData<string> Creations =
        ["chats", "messages", "streams", "answers", "finish", "documents", "versions", "suggestions", "organizations", "roles", "invitations", "grants"];

    [Theory]
    [MemberData(nameof(Creations))]
    public async Task Asked_twice_it_is_done_once_and_answered_the_same(string endpoint)
    {
        var (who, path, body, count) = await Creation(endpoint);
        var (before, key) = (await count(), Guid.NewGuid().ToString());
        var first = await who.With(Header, key, HttpMethod.Post, path, body);
        first.Is(endpoint == "grants" ? 200 : 201);
        Assert.Null(first.Header("Idempotency-Replayed"));
        for (var i = 0; i < 2; i++)
        {
            var again = (await who.With(Header, key, HttpMethod.Post, path, body)).Is(first.Status);
            Assert.Equal("true", again.Header("Idempotency-Replayed"));
            Assert.Equal((first.Location, first.Tag), (again.Location, again.Tag));
            // The token of an invitation is kept nowhere, so it is not shown a second time.
            if (endpoint == "invitations")
            {
                Assert.Null(again.Body["token"]);
                Assert.Equal(first.Id, again.Id);
            }
            else
            {
                Assert.Equal(first.Text, again.Text);
            }
        }

        Assert.Equal(before + 1, await count());
        Assert.Equal(0, await Fixture.Setup.As<int>(who,
            """select count(*)::int from public."IdempotencyKey" where "body" is null"""));
    }

    [Theory]
    [MemberData(nameof(Creations))]
    public async Task A_key_that_was_used_for_something_else_is_refused(string endpoint)
    {
        var (who, path, body, count) = await Creation(endpoint);
        var key = Guid.NewGuid().ToString();
        var other = await Fixture.SignUp("other");
        (await who.With(Header, key, HttpMethod.Post, "/chats", new { title = "the first" })).Is(201);
        var before = await count();
        (await who.With(Header, key, HttpMethod.Post, path, body)).Is(422, "idempotency_key_reused");
        Assert.Equal(before, await count());
        // Another person's key is another key.
        (await other.With(Header, key, HttpMethod.Post, "/chats", new { title = "the other" })).Is(201);
    }

    [Fact]
    public async Task A_failed_request_can_be_repeated_under_its_key()
    {
        var (owner, key) = (_world["owner"], Guid.NewGuid().ToString());
        var id = Guid.NewGuid();
        object said = new { role = "user", parts = Array.Empty<int>() };
        (await owner.With(Header, key, HttpMethod.Post, $"/chats/{id}/messages", said)).Is(404, "not_found");
        (await owner.Post("/chats", new { id, title = "late" })).Is(201);
        var first = (await owner.With(Header, key, HttpMethod.Post, $"/chats/{id}/messages", said)).Is(201);
        Assert.Equal(first.Text, (await owner.With(Header, key, HttpMethod.Post, $"/chats/{id}/messages", said)).Is(201).Text);

        key = Guid.NewGuid().ToString();
        (await owner.With(Header, key, HttpMethod.Post, "/chats", new { id, title = "again" })).Is(409, "conflict");
        (await owner.With(Header, key, HttpMethod.Post, "/chats", new { title = "other" })).Is(201);
    }

    [Theory]
    [InlineData("message")]
    [InlineData("version")]
    public async Task A_replay_is_not_shown_after_access_is_lost(string kind)
    {
        Fixture.ContentWorld = null;
        var (owner, member, key) = (_world["owner"], kind == "message" ? _world["member"] : _world["owner"], Guid.NewGuid().ToString());
        var path = kind == "message"
            ? $"/chats/{await owner.Begin(organizationId: _world.Organization)}/messages"
            : $"/documents/{(await TestDocument.By(owner, _world.Organization, owner)).Id}/versions";
        object body = kind == "message" ? new { role = "user", parts = new[] { "hush" } } : new { content = "hush" };
        (await member.With(Header, key, HttpMethod.Post, path, body)).Is(201);
        (await member.With(Header, key, HttpMethod.Post, path, body)).Is(201);
        Assert.True(await Fixture.Setup.As<bool>(_world["admin"], "select public.remove_member($1)", member.Id));
        (await member.With(Header, key, HttpMethod.Post, path, body)).Is(404, "not_found");
    }

    [Fact]
    public async Task Ten_at_once_make_one()
    {
        var owner = _world["owner"];
        var chat = await owner.Begin();
        for (var i = 0; i < 20; i++)
        {
            var key = $"key-{i}-{Guid.NewGuid()}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => owner.With(
                Header, key, HttpMethod.Post, $"/chats/{chat}/messages", new { role = "user", parts = new[] { i } })));
            Assert.Single(answers.Select(response => response.Is(201).Text).Distinct());
            Assert.Equal(9, answers.Count(response => response.Header("Idempotency-Replayed") is "true"));
        }

        Assert.Equal(20, await Count(owner, $"/chats/{chat}/messages?limit=100"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tab\tbed")]
    public async Task A_key_that_is_none_is_refused(string key) =>
        (await _world["owner"].With(Header, key, HttpMethod.Post, "/chats", new { title = "a" })).Refuses(Header);

    [Fact]
    public async Task A_key_is_not_too_long_and_nobody_has_one()
    {
        var owner = _world["owner"];
        (await owner.With(Header, new string('k', 256), HttpMethod.Post, "/chats", new { title = "a" })).Refuses(Header);
        (await owner.With(Header, new string('k', 255), HttpMethod.Post, "/chats", new { title = "a" })).Is(201);
        (await owner.With(Header, "bad", HttpMethod.Post, "/chats", new { })).Refuses("title");
        (await Fixture.Anonymous().With(Header, "nobody's", HttpMethod.Post, "/chats", new { title = "a" })).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_before_it_is_kept() =>
        (await _world["owner"].Send(HttpMethod.Post, "/documents",
            new StringContent($$"""{"title":"a","content":"{{new string('a', 1_100_000)}}"}""", System.Text.Encoding.UTF8, "application/json"),
            (Header, "large"), ("Expect", "100-continue"))).Is(413, "too_large");

    [Fact]
    public async Task After_a_day_a_key_is_new_again()
    {
        var (owner, key) = (await Fixture.SignUp("owner"), Guid.NewGuid().ToString());
        var first = (await owner.With(Header, key, HttpMethod.Post, "/chats", new { title = "a" })).Is(201);
        await Fixture.Setup.Age("\"IdempotencyKey\"", """update public."IdempotencyKey" set "createdAt" = "createdAt" - interval '25 hours'""");
        await Fixture.Setup.SignIn<string>("select string_agg(purged, ',') from auth.purge()");
        Assert.NotEqual(first.Id, (await owner.With(Header, key, HttpMethod.Post, "/chats", new { title = "a" })).Is(201).Id);
    }
}
