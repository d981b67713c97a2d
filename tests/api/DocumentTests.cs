using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Documents, their versions and suggestions are stored as they were sent.</summary>
public sealed class DocumentTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Theory]
    [InlineData("text")]
    [InlineData("code")]
    [InlineData("image")]
    [InlineData("sheet")]
    [InlineData("canvas")]
    public async Task A_document_is_stored_as_it_was_sent(string kind)
    {
        var ana = await Fixture.SignUp("ana");
        var id = Guid.NewGuid();
        const string content = "a\r\n\t\"b\" <c> & \\ é 😀 \u2028 '";
        var made = (await ana.Post("/documents", new { id, title = "Ünïcødé 😀", content, kind })).Is(201);
        Assert.Equal($"/documents/{id}", made.Location!.ToString());
        Assert.Equal(["id", "createdAt", "title", "content", "kind", "userId", "organizationId"], made.Body.AsObject().Select(m => m.Key));
        Assert.Equal((content, kind, ana.Id), (made.Body["content"]!.GetValue<string>(), made.Body["kind"]!.GetValue<string>(),
            made.Body["userId"]!.GetValue<Guid>()));
        Assert.Equal(made.Text, (await ana.Get($"/documents/{id}")).Is(200).Text);
        Assert.Equal(made.Text, (await ana.Get($"/documents/{id}?at={TestDocument.Time(made)}")).Is(200).Text);
    }

    [Fact]
    public async Task A_version_keeps_what_a_request_leaves_out()
    {
        var ana = await Fixture.SignUp("ana");
        var made = (await ana.Post("/documents", new { title = "plan" })).Is(201);
        Assert.Null(made.Body["content"]);
        Assert.Equal("text", made.Body["kind"]!.GetValue<string>());
        await Version(new { content = "", kind = "code" }, "plan", "", "code");
        await Version(new { title = "plans" }, "plans", "", "code");
        await Version(new { content = "b" }, "plans", "b", "code");

        async Task Version(object change, string title, string content, string kind)
        {
            var version = (await ana.Post($"/documents/{made.Id}/versions", change)).Is(201);
            Assert.Equal($"/documents/{made.Id}?at={TestDocument.Time(version)}", version.Location!.ToString());
            Assert.Equal(version.Text, (await ana.Get(version.Location.ToString())).Is(200).Text);
            Assert.Equal((title, content, kind), (version.Body["title"]!.GetValue<string>(),
                version.Body["content"]!.GetValue<string>(), version.Body["kind"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task A_version_is_found_by_its_exact_millisecond()
    {
        var ana = await Fixture.SignUp("ana");
        var id = (await ana.Post("/documents", new { title = "plan" })).Is(201).Id;
        await Fixture.Setup.As<int>(ana,
            """
            insert into public."Document" ("id", "title", "createdAt")
            select $1, 'v' || n, timestamp '1999-12-31 23:59:59.998' + n * interval '1 ms' from generate_series(0, 3) n
            """, id);
        string[] times = ["1999-12-31T23:59:59.998Z", "1999-12-31T23:59:59.999Z", "2000-01-01T00:00:00.000Z", "2000-01-01T00:00:00.001Z"];
        for (var i = 0; i < times.Length; i++)
        {
            var version = (await ana.Get($"/documents/{id}?at={times[i]}")).Is(200);
            Assert.Equal(($"v{i}", times[i]), (version.Body["title"]!.GetValue<string>(), TestDocument.Time(version)));
        }

        (await ana.Get($"/documents/{id}?at=2000-01-01T00:00:00.002Z")).Is(404, "not_found");
        (await ana.Get($"/documents/{id}/suggestions?at=2000-01-01T00:00:00.002Z")).Is(404, "not_found");
        Assert.Equal("""{"count":2}""", (await ana.Delete($"/documents/{id}?after=2000-01-01T00:00:00.000Z")).Is(200).Text);
        Assert.Equal(times[..3].Reverse(), await Pages.Of(ana, $"/documents/{id}/versions?limit=2", Times));
        Assert.Equal("v2", (await ana.Get($"/documents/{id}")).Is(200).Body["title"]!.GetValue<string>());
        Assert.Equal("""{"count":0}""", (await ana.Delete($"/documents/{id}?after=2000-01-01T00:00:00.000Z")).Is(200).Text);
        Assert.Equal("""{"count":3}""", (await ana.Delete($"/documents/{id}")).Is(200).Text);
        (await ana.Get($"/documents/{id}/versions")).Is(404);
        (await ana.Delete($"/documents/{id}")).Is(404);
    }

    [Fact]
    public async Task Lists_hold_the_newest_version_of_each_document_without_its_content()
    {
        var ana = await Fixture.SignUp("ana");
        await Fixture.Setup.As<int>(ana,
            """
            insert into public."Document" ("id", "title", "content", "createdAt")
            select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, n || '/' || v, 'long',
              timestamp '2026-01-01' + (v * 3 + n / 4) * interval '1 ms'
            from generate_series(1, 12) n, generate_series(1, 1 + n % 3) v
            """);
        var all = (await ana.Get("/documents?limit=100")).Is(200);
        Assert.Equal(12, all.Ids.Distinct().Count());
        Assert.DoesNotContain("long", all.Text, StringComparison.Ordinal);
        foreach (var item in all.Body["items"]!.AsArray())
        {
            var number = int.Parse(item!["id"]!.GetValue<string>()[^2..]);
            Assert.Equal($"{number}/{1 + number % 3}", item["title"]!.GetValue<string>());
        }

        Assert.Equal(Times(all).OrderDescending(StringComparer.Ordinal), Times(all));
        foreach (var limit in new[] { 1, 3, 5, 12 })
        {
            Assert.Equal(all.Ids, await Pages.Of(ana, $"/documents?limit={limit}"));
        }
    }

    [Fact]
    public async Task Creating_a_document_with_the_id_of_ones_own_adds_a_version()
    {
        var ana = await Fixture.SignUp("ana");
        var organizationId = await Fixture.Setup.Found(ana);
        var id = (await ana.Post("/documents", new { title = "one" })).Is(201).Id;
        (await ana.Post("/documents", new { id, title = "two" })).Is(201);
        (await ana.Post("/documents", new { id, title = "three", organizationId })).Refuses("organizationId");
        Assert.Equal(2, (await ana.Get($"/documents/{id}/versions")).Is(200).Ids.Length);
    }

    [Fact]
    public async Task A_suggestion_is_stored_as_it_was_sent_and_stays_with_its_version()
    {
        var ana = await Fixture.SignUp("ana");
        var first = (await ana.Post("/documents", new { title = "plan", content = "old" })).Is(201);
        var id = Guid.NewGuid();
        var made = (await ana.Post($"/documents/{first.Id}/suggestions", new { id, originalText = "old", suggestedText = "" })).Is(201);
        Assert.Equal($"/suggestions/{id}", made.Location!.ToString());
        Assert.Equal(["id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "description", "isResolved",
            "userId", "createdAt", "version"], made.Body.AsObject().Select(m => m.Key));
        Assert.Equal((first.Id, TestDocument.Time(first)),
            (made.Body["documentId"]!.GetValue<Guid>(), made.Body["documentCreatedAt"]!.GetValue<string>()));
        Assert.False(made.Body["isResolved"]!.GetValue<bool>());
        (await ana.Post($"/documents/{first.Id}/suggestions", new { id, originalText = "", suggestedText = "x" })).Is(409, "conflict");

        (await ana.Post($"/documents/{first.Id}/versions", new { content = "new" })).Is(201);
        Assert.Equal("""{"items":[],"nextCursor":null}""", (await ana.Get($"/documents/{first.Id}/suggestions")).Is(200).Text);
        Assert.Equal([id], (await ana.Get($"/documents/{first.Id}/suggestions?at={TestDocument.Time(first)}")).Is(200).Ids);

        var changed = (await ana.Patch($"/suggestions/{id}", new { description = "shorter" })).Is(200).Body;
        Assert.Equal(("", "shorter"), (changed["suggestedText"]!.GetValue<string>(), changed["description"]!.GetValue<string>()));
        Assert.True((await ana.Patch($"/suggestions/{id}", new { isResolved = true })).Is(200).Body["isResolved"]!.GetValue<bool>());
        Assert.False((await ana.Patch($"/suggestions/{id}", new { isResolved = false })).Is(200).Body["isResolved"]!.GetValue<bool>());
        (await ana.Delete($"/documents/{first.Id}")).Is(200);
        (await ana.Patch($"/suggestions/{id}", new { description = "gone" })).Is(404);
    }

    // The policies decide which of the organization's documents a list shows; "mine" asks for one's own.
    public static readonly TheoryData<string, string, string, int> Lists = Matrix.Of("""
        document  list          owner  member  manager  director  can_view_documents  can_manage_documents  admin  outsider  left  anonymous
        personal  mine          1      0       0        0         0                   0                     0      0         0     -1
        personal  organization  0      0       0        0         0                   0                     0      0         0     -1
        shared    mine          1      0       0        0         0                   0                     0      0         0     -1
        shared    organization  1      0       1        1         1                   1                     1      0         0     -1
        """);

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_holds_the_documents_that_a_person_may_see(string document, string list, string who, int times)
    {
        var world = await ContentWorld.Of(Fixture);
        var testDocument = await TestDocument.By(world["owner"], world.Of(document), world["owner"]);
        var response = await world[who].Get($"/documents?scope={list}&limit=100");
        if (times < 0)
        {
            response.Is(401, "unauthenticated");
            return;
        }

        Assert.Equal(times, response.Is(200).Ids.Count(id => id == testDocument.Id));
    }

    [Fact]
    public async Task A_person_creates_documents_as_themselves_and_in_their_own_organization()
    {
        var world = await ContentWorld.Of(Fixture);
        foreach (var who in new[] { "owner", "member", "manager", "can_manage_documents", "admin" })
        {
            var made = (await world[who].Post("/documents", new { title = "ours", organizationId = world.Organization })).Is(201);
            Assert.Equal(world[who].Id, made.Body["userId"]!.GetValue<Guid>());
        }

        foreach (var who in new[] { "outsider", "left" })
        {
            (await world[who].Post("/documents", new { title = "theirs", organizationId = world.Organization })).Is(403);
            (await world[who].Post("/documents", new { title = "mine" })).Is(201);
        }

        (await world["anonymous"].Post("/documents", new { title = "nobody's" })).Is(401, "unauthenticated");
    }

    private static List<string> Times(Response page) => [.. page.Body["items"]!.AsArray().Select(item => TestDocument.Time(item!))];
}
