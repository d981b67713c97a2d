using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>GET /chats/{id}/events and GET /me/events: which events are sent, to which people, and in which form.</summary>
[Collection(LiveApi.Name)]
public sealed class LiveEventTests(ApiFixture fixture) : ApiTest(fixture)
{
    private ContentWorld _world = null!;

    public override async Task InitializeAsync()
    {
        Fixture.ContentWorld = null;
        _world = await ContentWorld.Of(Fixture);
        Fixture.ContentWorld = null;
    }

    private Task<Follower> Follow(string who, string path, string? lastId = null) =>
        Follower.Of(_world[who], Fixture.Address, path, lastId);

    [Fact]
    public async Task Events_of_a_chat_have_the_form_of_its_lists()
    {
        var (owner, member) = (_world["owner"], _world["member"]);
        var chat = await owner.Begin("old", organizationId: _world.Organization);
        await using var follower = await Follow("member", $"/chats/{chat}/events");
        const string Parts = """[ {"text" : "a\u00e9\n", "n": 1.50} ]""";
        var message = (await owner.SendRaw(HttpMethod.Post, $"/chats/{chat}/messages", $$"""{"role":"user","parts":{{Parts}}}""")).Is(201);
        var written = await follower.Hears("message.created", message.Id);
        Assert.True(JsonNode.DeepEquals(message.Body, written.Data), $"{message.Text}\n{written.Text}");
        Assert.Contains(Parts, written.Text, StringComparison.Ordinal);
        var edited = (await owner.Patch($"/messages/{message.Id}", new { attachments = new[] { 1 } })).Is(200);
        Assert.True(JsonNode.DeepEquals(edited.Body, (await follower.Hears("message.updated", message.Id)).Data));
        (await member.Put($"/messages/{message.Id}/vote", new { value = "up" })).Is(200);
        var vote = (await member.Get($"/chats/{chat}/votes")).Body["items"]![0]!;
        Assert.True(JsonNode.DeepEquals(vote, (await follower.Hears("vote.created")).Data));
        (await member.Put($"/messages/{message.Id}/vote", new { value = "down" })).Is(200);
        Assert.Equal("down", (await follower.Hears("vote.updated")).Data["value"]!.GetValue<string>());
        (await member.Delete($"/messages/{message.Id}/vote")).Is(204);
        Assert.Equal(vote["id"]!.GetValue<Guid>(), (await follower.Hears("vote.deleted")).Row);
        var stream = (await owner.Post($"/chats/{chat}/streams", new { })).Is(201);
        Assert.True(JsonNode.DeepEquals(stream.Body, (await follower.Hears("stream.created", stream.Id)).Data));
        (await owner.Post($"/streams/{stream.Id}/chunks", new { index = 0, data = "a" })).Is(200);
        (await owner.Post($"/streams/{stream.Id}/finish", new { })).Is(201);
        var finished = await follower.Hears("stream.finished", stream.Id);
        Assert.True(JsonNode.DeepEquals((await owner.Get($"/chats/{chat}/streams")).Body["items"]![0], finished.Data));
        (await owner.Delete($"/streams/{stream.Id}")).Is(204);
        await follower.Hears("stream.deleted", stream.Id);
        var renamed = (await owner.Patch($"/chats/{chat}", new { title = "new" })).Is(200);
        Assert.True(JsonNode.DeepEquals(renamed.Body, (await follower.Hears("chat.updated", chat)).Data));
        (await owner.Delete($"/messages/{message.Id}")).Is(204);
        var gone = await follower.Hears("message.deleted", message.Id);
        Assert.Equal(chat, gone.Data["chatId"]!.GetValue<Guid>());
        (await owner.Delete($"/chats/{chat}")).Is(204);
        await follower.Hears("chat.deleted", chat);
        await follower.Until(f => f.IsOver, "the end");
        Assert.Equal("not_found", follower.End);
        Assert.Equal(13, follower.All.Count);
    }

    [Theory]
    [InlineData("personal", "private", "owner")]
    [InlineData("personal", "public", "owner outsider left anonymous")]
    [InlineData("shared", "private", "owner admin member manager can_manage_chats")]
    [InlineData("shared", "public", "owner member outsider left anonymous")]
    public async Task People_who_see_a_chat_can_follow_it(string where, string visibility, string who)
    {
        var chat = await _world["owner"].Begin("chat", visibility, _world.Of(where));
        foreach (var name in who.Split(' '))
        {
            await using var follower = await Follow(name, $"/chats/{chat}/events");
            var message = await _world["owner"].Say(chat);
            await follower.Hears("message.created", message);
            (await _world["owner"].Delete($"/messages/{message}")).Is(204);
            await follower.Hears("message.deleted", message);
        }

        foreach (var name in new[] { "owner", "member", "outsider", "left", "anonymous" }.Except(who.Split(' ')).Where(_ => visibility == "private"))
        {
            using var response = await Follower.Open(_world[name], Fixture.Address, $"/chats/{chat}/events");
            Assert.Equal(404, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task A_person_gets_events_of_their_chats_and_their_organization()
    {
        var (owner, outsider) = (_world["owner"], _world["outsider"]);
        await using var mine = await Follow("owner", "/me/events");
        await using var members = await Follow("member", "/me/events");
        await using var others = await Follow("outsider", "/me/events");
        var personal = await owner.Begin();
        var shared = await owner.Begin(organizationId: _world.Organization);
        var open = await owner.Begin("open", "public");
        var foreign = await outsider.Begin();
        var messages = new List<Guid>();
        foreach (var chat in new[] { personal, shared, open })
        {
            messages.Add(await owner.Say(chat));
        }

        var last = await outsider.Say(foreign);
        await mine.Hears("message.created", messages[2]);
        await members.Hears("message.created", messages[1]);
        await others.Hears("message.created", last);
        await _world["owner"].Patch($"/chats/{shared}", new { title = "last" });
        await members.Hears("chat.updated", shared);
        await mine.Hears("chat.updated", shared);
        Assert.Equal([personal, shared, open, .. messages, shared], mine.All.Select(heard => heard.Row));
        Assert.Equal([shared, messages[1], shared], members.All.Select(heard => heard.Row));
        Assert.Equal([foreign, last], others.All.Select(heard => heard.Row));
    }

    [Fact]
    public async Task Colleagues_get_events_of_members()
    {
        await using var admin = await Follow("admin", "/me/events");
        await using var outsider = await Follow("outsider", "/me/events");
        var guest = await Fixture.SignUp("guest");
        await using var guests = await Follower.Of(guest, Fixture.Address, "/me/events");
        await Fixture.Setup.Admit(_world["admin"], guest);
        var joined = await admin.Hears("member.joined", guest.Id);
        Assert.Equal(guest.Email, joined.Data["email"]!.GetValue<string>());
        await guests.Hears("member.joined", guest.Id);
        var listed = (await _world["admin"].Get($"/organizations/{_world.Organization}/members?limit=100")).Body["items"]!.AsArray()
            .Single(member => member!["id"]!.GetValue<Guid>() == guest.Id)!;
        Assert.True(JsonNode.DeepEquals(listed, joined.Data));
        (await _world["admin"].Patch($"/organizations/{_world.Organization}/members/{guest.Id}", new { roleId = Setup.Administrator })).Is(204);
        Assert.Equal("organization_admin", (await admin.Hears("member.updated", guest.Id)).Data["role"]!.GetValue<string>());
        (await guest.Post($"/organizations/{_world.Organization}/leave", new { })).Is(204);
        await admin.Hears("member.left", guest.Id);
        await guests.Hears("member.left", guest.Id);
        Assert.Empty(outsider.All);
    }

    [Fact]
    public async Task A_deletion_is_sent_to_people_who_could_see_the_row_and_not_to_later_members()
    {
        var owner = _world["owner"];
        var chat = await owner.Begin(organizationId: _world.Organization);
        var (early, late) = (await owner.Say(chat), await owner.Say(chat));
        var guest = await Fixture.SignUp("guest");
        await using var guests = await Follower.Of(guest, Fixture.Address, "/me/events");
        await using var follower = await Follow("member", $"/chats/{chat}/events");
        var before = guests.LastId;
        (await owner.Delete($"/messages/{early}")).Is(204);
        await Fixture.Setup.Admit(_world["admin"], guest);
        (await owner.Delete($"/messages/{late}")).Is(204);
        await follower.Hears("message.deleted", late);
        await guests.Hears("message.deleted", late);
        Assert.DoesNotContain(guests.All, heard => heard.Kind == "message.deleted" && heard.Row == early);
        // The same holds when all of it is read at once, from an earlier id.
        await using var again = await Follower.Of(guest, Fixture.Address, "/me/events", before);
        Assert.Equal(guests.All.Select(heard => heard.ToString()), again.All.Select(heard => heard.ToString()));
    }

    [Fact]
    public async Task Following_needs_a_session_and_a_visible_row()
    {
        foreach (var (person, path, status) in new[]
        {
            (_world["anonymous"], "/me/events", 401), (_world["owner"], "/chats/x/events", 400),
            (_world["owner"], $"/chats/{Guid.NewGuid()}/events", 404), (_world["owner"], $"/streams/{Guid.NewGuid()}", 404),
        })
        {
            (await person.Get(path)).Is(status);
        }

        var ended = await Fixture.SignUp("ended");
        (await ended.Post("/auth/logout", new { refreshToken = ended.RefreshToken })).Is(204);
        (await ended.Get("/me/events")).Is(401, "session_ended");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("MTtxOzE6MTo7OzA!")]
    [InlineData("0")]
    public async Task An_invalid_id_is_refused(string id)
    {
        using var response = await Follower.Open(_world["owner"], Fixture.Address, "/me/events", id);
        Assert.Equal(400, (int)response.StatusCode);
    }
}
