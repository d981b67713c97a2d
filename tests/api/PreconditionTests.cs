using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>ETag, If-None-Match and If-Match: what has changed since is neither shown as unchanged nor changed unseen.</summary>
[Collection(RaceApi.Name)]
public sealed class PreconditionTests(ApiFixture fixture) : ApiTest(fixture)
{
    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    /// <summary>A thing of the organization, who may change it, who may only see it, and how.</summary>
    private sealed record Thing(string Path, Person Owner, Person Reader, Func<int, object>? Change, string? Deleted = null);

    private async Task<Thing> Make(string kind)
    {
        var (owner, member, admin) = (_world["owner"], _world["member"], _world["admin"]);
        var organization = $"/organizations/{_world.Organization}";
        switch (kind)
        {
            case "chat":
                return new($"/chats/{await owner.Begin("a", organizationId: _world.Organization)}", owner, member, n => new { title = $"title {n}" });
            case "message":
                var chat = await owner.Begin("a", organizationId: _world.Organization);
                return new($"/messages/{await owner.Say(chat)}", owner, member, n => new { parts = new[] { n } });
            case "suggestion":
                var testDocument = await TestDocument.By(owner, _world.Organization, owner);
                return new($"/suggestions/{testDocument.Suggestion}", owner, _world["can_view_documents"], n => new { description = $"since {n}" });
            case "document":
                return new($"/documents/{(await TestDocument.By(owner, _world.Organization, owner)).Id}", owner, _world["can_view_documents"], null);
            case "role":
                var role = (await admin.Post($"{organization}/roles", new { name = Guid.NewGuid().ToString("N") })).Is(201);
                return new($"/roles/{role.Id}", admin, member, n => new { permissions = n % 2 == 0 ? new[] { "can_view_audit" } : [] });
            case "organization":
                return new(organization, admin, member, n => new { name = $"name {n}" });
            case "member":
                await Fixture.Setup.As<bool>(admin, "select public.set_member_manager($1, null)", _world["can_manage_chats"].Id);
                return new($"{organization}/members/{_world["can_manage_chats"].Id}", admin, member,
                    n => new { managerId = n % 2 == 0 ? (Guid?)null : _world["director"].Id });
            default:
                throw new ArgumentException(kind);
        }
    }

    public static readonly TheoryData<string> Kinds = ["chat", "message", "suggestion", "document", "role", "organization", "member"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_unchanged_row_is_not_sent_again(string kind)
    {
        var thing = await Make(kind);
        var first = (await thing.Reader.Get(thing.Path)).Is(200);
        Assert.Matches("""^"[0-9a-f-]+"$""", first.Tag);
        foreach (var known in new[] { first.Tag!, "*", $"\"other\", {first.Tag}", "W/" + first.Tag })
        {
            var again = await thing.Reader.With("If-None-Match", known, HttpMethod.Get, thing.Path);
            Assert.Equal((304, "", first.Tag), (again.Status, again.Text, again.Tag));
        }

        Assert.Equal(first.Text, (await thing.Reader.With("If-None-Match", "\"other\"", HttpMethod.Get, thing.Path)).Is(200).Text);
        (await thing.Reader.With("If-None-Match", "other", HttpMethod.Get, thing.Path)).Refuses("If-None-Match");
        Assert.Equal("no-cache, private", first.Header("Cache-Control"));
        if (thing.Change is { } change)
        {
            (await thing.Owner.Patch(thing.Path, change(1))).Is(kind == "member" ? 204 : 200);
            var changed = (await thing.Reader.With("If-None-Match", first.Tag!, HttpMethod.Get, thing.Path)).Is(200);
            Assert.NotEqual(first.Tag, changed.Tag);
            Assert.NotEqual(first.Text, changed.Text);
        }

        // A tag is no key: who may not see it is told nothing of it.
        (await _world["outsider"].With("If-None-Match", first.Tag!, HttpMethod.Get, thing.Path)).Is(404, "not_found");
        (await _world["anonymous"].With("If-None-Match", "*", HttpMethod.Get, thing.Path)).Is(kind is "chat" or "message" ? 404 : 401);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_row_that_has_changed_since_is_not_changed(string kind)
    {
        var thing = await Make(kind);
        if (thing.Change is not { } change)
        {
            return;
        }

        var stale = (await thing.Owner.Get(thing.Path)).Is(200).Tag!;
        var done = (await thing.Owner.With("If-Match", stale, HttpMethod.Patch, thing.Path, change(1))).Is(kind == "member" ? 204 : 200);
        var now = (await thing.Owner.Get(thing.Path)).Is(200);
        Assert.NotEqual(stale, now.Tag);
        Assert.Equal(kind == "member" ? null : now.Tag, done.Tag);
        foreach (var wrong in new[] { stale, "\"other\"", "W/" + now.Tag })
        {
            (await thing.Owner.With("If-Match", wrong, HttpMethod.Patch, thing.Path, change(2))).Is(412, "precondition_failed");
            // An organization with members is not theirs to delete, whatever it is like.
            (await thing.Owner.With("If-Match", wrong, HttpMethod.Delete, thing.Path)).Is(kind == "organization" ? 403 : 412);
        }

        (await thing.Owner.With("If-Match", "other", HttpMethod.Patch, thing.Path, change(2))).Refuses("If-Match");
        Assert.Equal(now.Text, (await thing.Owner.Get(thing.Path)).Is(200).Text);

        // Whether they may comes first: a tag tells nothing to who may not.
        foreach (var tag in new[] { stale, now.Tag! })
        {
            (await thing.Reader.With("If-Match", tag, HttpMethod.Patch, thing.Path, change(2))).Is(403, "forbidden");
            (await thing.Reader.With("If-Match", tag, HttpMethod.Delete, thing.Path)).Is(403, "forbidden");
            (await _world["outsider"].With("If-Match", tag, HttpMethod.Patch, thing.Path, change(2))).Is(404, "not_found");
            (await _world["outsider"].With("If-Match", tag, HttpMethod.Delete, thing.Path)).Is(404, "not_found");
            (await _world["anonymous"].With("If-Match", tag, HttpMethod.Patch, thing.Path, change(2))).Is(401);
            (await _world["anonymous"].With("If-Match", tag, HttpMethod.Delete, thing.Path)).Is(401);
        }

        Assert.Equal(now.Text, (await thing.Owner.Get(thing.Path)).Is(200).Text);
        (await thing.Owner.With("If-Match", "*", HttpMethod.Patch, thing.Path, change(2))).Is(kind == "member" ? 204 : 200);
        var last = (await thing.Owner.Get(thing.Path)).Is(200).Tag!;
        (await thing.Owner.With("If-Match", $"\"other\", {last}", HttpMethod.Patch, thing.Path, change(3))).Is(kind == "member" ? 204 : 200);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("message")]
    [InlineData("suggestion")]
    [InlineData("role")]
    [InlineData("document")]
    public async Task A_row_that_matches_is_deleted(string kind)
    {
        var thing = await Make(kind);
        var tag = (await thing.Owner.Get(thing.Path)).Is(200).Tag!;
        (await thing.Owner.With("If-Match", "\"1-1\"", HttpMethod.Delete, thing.Path)).Is(412, "precondition_failed");
        (await thing.Owner.Get(thing.Path)).Is(200);
        (await thing.Owner.With("If-Match", tag, HttpMethod.Delete, thing.Path)).Is(kind == "document" ? 200 : 204);
        (await thing.Owner.With("If-Match", tag, HttpMethod.Delete, thing.Path)).Is(404, "not_found");
    }

    [Fact]
    public async Task A_document_that_has_a_newer_version_is_not_deleted_for_an_older_one()
    {
        var owner = _world["owner"];
        var path = (await Make("document")).Path;
        var old = (await owner.Get(path)).Is(200).Tag!;
        (await owner.Post($"{path}/versions", new { content = "newer" })).Is(201);
        (await owner.With("If-Match", old, HttpMethod.Delete, path)).Is(412, "precondition_failed");
        var now = (await owner.Get(path)).Is(200);
        (await _world["can_manage_documents"].With("If-Match", old, HttpMethod.Delete, path)).Is(412, "precondition_failed");
        // Whether they may comes first: a tag tells nothing to who may not.
        foreach (var tag in new[] { old, now.Tag! })
        {
            (await _world["can_view_documents"].With("If-Match", tag, HttpMethod.Delete, path)).Is(403, "forbidden");
            (await _world["outsider"].With("If-Match", tag, HttpMethod.Delete, path)).Is(404, "not_found");
        }

        Assert.Equal(now.Text, (await owner.Get(path)).Is(200).Text);
        Assert.Contains("newer", now.Text, StringComparison.Ordinal);
        Assert.Equal("""{"count":3}""", (await owner.With("If-Match", now.Tag!, HttpMethod.Delete, path)).Is(200).Text);
    }

    [Fact]
    public async Task A_document_that_was_handed_over_has_another_tag()
    {
        Fixture.ContentWorld = null;
        var (owner, manager) = (_world["owner"], _world["manager"]);
        var path = (await Make("document")).Path;
        var before = (await manager.Get(path)).Is(200);
        Assert.True(await Fixture.Setup.As<bool>(owner, "select public.leave_organization()"));
        var after = (await manager.With("If-None-Match", before.Tag!, HttpMethod.Get, path)).Is(200);
        Assert.NotEqual(before.Tag, after.Tag);
        (await manager.With("If-Match", before.Tag!, HttpMethod.Delete, path)).Is(412, "precondition_failed");
    }

    [Fact]
    public async Task Me_has_a_weak_tag()
    {
        var ana = await Fixture.SignUp("ana");
        var me = (await ana.Get("/me")).Is(200);
        Assert.Matches("""^W/"[0-9a-f]{64}"$""", me.Tag);
        Assert.Equal(304, (await ana.With("If-None-Match", me.Tag!, HttpMethod.Get, "/me")).Status);
        await ana.Post("/organizations", new { name = "Ours" });
        Assert.NotEqual(me.Tag, (await ana.With("If-None-Match", me.Tag!, HttpMethod.Get, "/me")).Is(200).Tag);
        (await ana.With("If-Match", me.Tag!, HttpMethod.Delete, "/me")).Is(412, "precondition_failed");
        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_row_without_a_tag_matches_none()
    {
        var owner = _world["owner"];
        var chat = await owner.Begin();
        var (first, second) = (await owner.Say(chat), await owner.Say(chat));
        (await owner.Put($"/messages/{first}/vote", new { value = "up" })).Is(200);
        foreach (var path in new[] { $"/messages/{first}/vote", $"/chats/{chat}/messages?after={first}" })
        {
            (await owner.With("If-Match", "\"1\"", HttpMethod.Delete, path)).Is(412, "precondition_failed");
        }

        Assert.Equal([first, second], (await owner.Get($"/chats/{chat}/messages")).Ids);
        Assert.Single((await owner.Get($"/chats/{chat}/votes")).Ids);
        (await owner.With("If-Match", "*", HttpMethod.Delete, $"/messages/{first}/vote")).Is(204);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("member")]
    public async Task Of_two_who_change_the_same_at_once_one_is_told(string kind)
    {
        var thing = await Make(kind);
        var other = kind == "chat" ? _world["can_manage_chats"] : thing.Owner;
        // From 1: what changes nothing leaves a member's tag as it was.
        for (var i = 1; i <= 200; i++)
        {
            var tag = (await thing.Owner.Get(thing.Path)).Is(200).Tag!;
            var answers = await Task.WhenAll(
                thing.Owner.With("If-Match", tag, HttpMethod.Patch, thing.Path, thing.Change!(i)),
                other.With("If-Match", tag, HttpMethod.Patch, thing.Path, thing.Change!(kind == "chat" ? i + 1000 : i)));
            Assert.Equal([kind == "chat" ? 200 : 204, 412], answers.Select(response => response.Status).Order());
        }
    }
}
