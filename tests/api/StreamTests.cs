using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Streams from opening to their end: what they hold, what they cost, and what becomes of them.</summary>
public sealed class StreamTests(ApiFixture fixture) : ApiTest(fixture)
{
    private ContentWorld _world = null!;
    private Person _ana = null!;
    private Guid _chat, _stream;

    public override async Task InitializeAsync()
    {
        _world = await ContentWorld.Of(Fixture);
        _ana = await Fixture.SignUp("ana");
        _chat = await _ana.Begin();
        _stream = await Open();
    }

    [Fact]
    public async Task A_stream_is_opened_written_and_becomes_a_message()
    {
        var (owner, member) = (_world["owner"], _world["member"]);
        var chat = await owner.Begin(organizationId: _world.Organization);
        var opened = (await member.Post($"/chats/{chat}/streams", new { })).Is(201);
        var stream = opened.Id;
        Assert.Equal($"/streams/{stream}", opened.Location!.ToString());
        Assert.Equal(["id", "chatId", "userId", "state", "messageId", "createdAt", "finishedAt"], opened.Body.AsObject().Select(m => m.Key));
        Assert.Equal((chat, member.Id, "open", null, null), (opened.Body["chatId"]!.GetValue<Guid>(),
            opened.Body["userId"]!.GetValue<Guid>(), opened.Body["state"]!.GetValue<string>(), opened.Body["messageId"], opened.Body["finishedAt"]));

        // Chunks come in any order; a repeated one gets the same response.
        var (path, last) = ($"/streams/{stream}/chunks", new { index = 2, data = "\"again\" \n" });
        var first = (await member.Post(path, last)).Is(200);
        Assert.Equal(["streamId", "index", "createdAt"], first.Body.AsObject().Select(m => m.Key));
        Assert.Equal((stream, 2), (first.Body["streamId"]!.GetValue<Guid>(), first.Body["index"]!.GetValue<int>()));
        Assert.Equal(first.Text, (await member.Post(path, last)).Is(200).Text);
        (await member.Post(path, new { index = 2, data = "else" })).Is(409, "chunk_conflict");
        (await member.Post(path, new { index = 0, data = "Once " })).Is(200);
        (await member.Post($"/streams/{stream}/finish", new { })).Is(409, "stream_incomplete");
        (await member.Post(path, new { index = 1, data = "ünd " })).Is(200);

        var message = (await member.Post($"/streams/{stream}/finish", new { })).Is(201);
        Assert.Equal($"/messages/{message.Id}", message.Location!.ToString());
        Assert.Equal(("assistant", "[]"), (message.Body["role"]!.GetValue<string>(), message.Body["attachments"]!.ToJsonString()));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"type": "text", "text": "Once ünd \"again\" \n"}]"""), message.Body["parts"]));
        Assert.Equal(message.Text, (await owner.Get(message.Location.ToString())).Is(200).Text);
        var listed = (await owner.Get($"/chats/{chat}/messages")).Is(200).Body["items"]!.AsArray();
        Assert.True(JsonNode.DeepEquals(message.Body, Assert.Single(listed)));

        (await member.Post($"/streams/{stream}/finish", new { })).Is(409, "stream_finished");
        (await member.Post(path, new { index = 3, data = "more" })).Is(409, "stream_finished");
        (await member.Post(path, last)).Is(409, "stream_finished");
        var ended = Assert.Single((await owner.Get($"/chats/{chat}/streams")).Is(200).Body["items"]!.AsArray())!;
        Assert.Equal(("finished", message.Id, message.Body["createdAt"]!.GetValue<string>()),
            (ended["state"]!.GetValue<string>(), ended["messageId"]!.GetValue<Guid>(), ended["finishedAt"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_client_may_choose_the_ids_and_the_role()
    {
        var (stream, message) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal(stream, (await _ana.Post($"/chats/{_chat}/streams", new { id = stream })).Is(201).Id);
        (await _ana.Post($"/chats/{_chat}/streams", new { id = stream })).Is(409, "conflict");
        (await _ana.Post($"/streams/{stream}/chunks", new { index = 0, data = "x" })).Is(200);
        (await _ana.Post($"/streams/{stream}/finish", new { id = await _ana.Say(_chat) })).Is(409, "conflict");
        var made = (await _ana.Post($"/streams/{stream}/finish", new { id = message, role = "tool" })).Is(201);
        Assert.Equal((message, "tool"), (made.Id, made.Body["role"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Without_a_chunk_there_is_no_message()
    {
        var stream = (await _ana.Post($"/chats/{_chat}/streams", new { })).Is(201).Id;
        (await _ana.Post($"/streams/{stream}/finish", new { })).Is(409, "stream_incomplete");
    }

    [Fact]
    public async Task A_former_member_cannot_write_to_the_streams_that_they_opened()
    {
        Fixture.ContentWorld = null;
        var member = _world["member"];
        var (open, hidden) = (await TestChat.By(_world, "shared", 1, "public"), await TestChat.By(_world, "shared", 1));
        Assert.True(await Fixture.Setup.As<bool>(member, "select public.leave_organization()"));
        foreach (var (stream, status) in new[] { (hidden.Stream, 404), (open.Stream, 403) })
        {
            (await member.Post($"/streams/{stream}/chunks", new { index = 1, data = "more" })).Is(status);
            (await member.Post($"/streams/{stream}/finish", new { })).Is(status);
            (await member.Delete($"/streams/{stream}")).Is(status);
        }
    }

    [Fact]
    public async Task A_chunk_holds_64_KB_of_octets()
    {
        (await Chunk(1, new string('x', 65_536))).Is(200);
        (await Chunk(2, new string('x', 65_537))).Refuses("data");
        (await Chunk(2, new string('ü', 32_768))).Is(200);
        (await Chunk(3, new string('ü', 32_768) + "x")).Refuses("data");
        (await Chunk(3, string.Concat(Enumerable.Repeat("\U0001F600", 16_384)))).Is(200);
        (await Chunk(int.MaxValue, "x")).Is(200);
    }

    [Fact]
    public async Task A_stream_holds_what_a_message_holds()
    {
        for (var i = 1; i < 16; i++)
        {
            (await Chunk(i, new string('x', 65_536))).Is(200);
        }

        (await Chunk(16, new string('x', 65_536))).Is(400, "stream_too_long");
        (await Chunk(16, new string('x', 65_536 - 5))).Is(200);
        (await Chunk(17, "x")).Is(400, "stream_too_long");

        // The text fits, and what is written around it does not.
        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(400, "stream_too_long");
        Assert.Equal("""{"items":[],"nextCursor":null}""", (await _ana.Get($"/chats/{_chat}/messages")).Text);
    }

    [Fact]
    public async Task A_finished_stream_counts_towards_the_quota_of_messages()
    {
        await using var quota = await Fixture.Setup.Turn("messages_per_hour", "1");
        await _ana.Say(_chat);
        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(429, "quota_used_up");
        Assert.Contains("\"open\"", (await _ana.Get($"/chats/{_chat}/streams")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_stream_is_abandoned()
    {
        await using var silence = await Fixture.Setup.Turn("stream_silence_seconds", "100");
        await Fixture.Setup.Age("\"Stream\"", """update public."Stream" set "activeAt" = "activeAt" - interval '90 s' """);
        Assert.Contains("\"open\"", (await _ana.Get($"/chats/{_chat}/streams")).Text, StringComparison.Ordinal);
        await Fixture.Setup.Age("\"Stream\"", """update public."Stream" set "activeAt" = "activeAt" - interval '11 s' """);
        Assert.Contains("\"abandoned\"", (await _ana.Get($"/chats/{_chat}/streams")).Text, StringComparison.Ordinal);
        (await Chunk(1, "more")).Is(409, "stream_abandoned");
        (await Chunk(0, "words")).Is(409, "stream_abandoned");
        (await _ana.Post($"/streams/{_stream}/finish", new { })).Is(409, "stream_abandoned");
        (await _ana.Delete($"/streams/{_stream}")).Is(204);
    }

    private Task<Response> Chunk(int index, string data) => _ana.Post($"/streams/{_stream}/chunks", new { index, data });

    private async Task<Guid> Open()
    {
        var stream = (await _ana.Post($"/chats/{_chat}/streams", new { })).Is(201).Id;
        (await _ana.Post($"/streams/{stream}/chunks", new { index = 0, data = "words" })).Is(200);
        return stream;
    }
}
