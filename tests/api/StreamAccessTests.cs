using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Who may open, append to, finish and delete streams, over HTTP, and what comes of it.</summary>
public sealed class StreamAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or there is none.  403: they see it, and may not.  401: nobody in particular.
    // In the shared chat, which is the owner's, the member opened the stream.
    private const string Table = """
        chat      request  owner  member  manager  director  can_view_documents  can_manage_documents  can_manage_chats  admin  outsider  left  anonymous
        personal  streams  200    404     404      404       404                 404                   404               404    404       404   404
        personal  open     201    404     404      404       404                 404                   404               404    404       404   401
        personal  append   200    404     404      404       404                 404                   404               404    404       404   401
        personal  finish   201    404     404      404       404                 404                   404               404    404       404   401
        personal  delete   204    404     404      404       404                 404                   404               404    404       404   401
        shared    streams  200    200     200      200       200                 200                   200               200    404       404   404
        shared    open     201    201     201      201       201                 201                   201               201    404       404   401
        shared    append   403    200     403      403       403                 403                   403               403    404       404   401
        shared    finish   403    201     403      403       403                 403                   403               403    404       404   401
        shared    delete   204    403     403      403       403                 403                   204               204    404       404   401
        public    streams  200    200     200      200       200                 200                   200               200    200       200   200
        public    open     201    403     403      403       403                 403                   403               403    403       403   401
        public    append   200    403     403      403       403                 403                   403               403    403       403   401
        public    finish   201    403     403      403       403                 403                   403               403    403       403   401
        public    delete   204    403     403      403       403                 403                   403               403    403       403   401
        absent    streams  404    404     404      404       404                 404                   404               404    404       404   404
        absent    open     404    404     404      404       404                 404                   404               404    404       404   401
        absent    append   404    404     404      404       404                 404                   404               404    404       404   401
        absent    finish   404    404     404      404       404                 404                   404               404    404       404   401
        absent    delete   404    404     404      404       404                 404                   404               404    404       404   401
        """;

    public static readonly TheoryData<string, string, string, int> Access = Matrix.Of(Table);

    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task The_matrix(string chat, string request, string who, int status)
    {
        var (id, stream) = await Prepare(chat);
        var before = await Read(id);
        var response = await Ask(_world[who], request, id, stream);
        response.Is(status);
        Assert.Equal(request == "streams" || status >= 400, before == await Read(id));
        Assert.Equal(request == "streams" && status == 200, response.Text.Contains(stream.ToString(), StringComparison.Ordinal)
            && response.Text.Contains("\"open\"", StringComparison.Ordinal));
        if (status >= 400)
        {
            Assert.DoesNotContain("words", response.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Hidden_and_absent_are_told_in_the_same_words()
    {
        var (chat, stream) = await Prepare("personal");
        foreach (var request in new[] { "streams", "open", "append", "finish", "delete" })
        {
            var hidden = (await Ask(_world["outsider"], request, chat, stream)).Is(404, "not_found");
            var absent = (await Ask(_world["outsider"], request, Guid.NewGuid(), Guid.NewGuid())).Is(404, "not_found");
            Assert.Equal(absent.WithoutTrace(), hidden.WithoutTrace());
        }
    }

    [Fact]
    public async Task An_answer_is_opened_written_and_becomes_a_message()
    {
        var (owner, member) = (_world["owner"], _world["member"]);
        var chat = await owner.Begin(organizationId: _world.Organization);
        var opened = (await member.Post($"/chats/{chat}/streams", new { })).Is(201);
        var stream = opened.Id;
        Assert.Equal($"/streams/{stream}", opened.Location!.ToString());
        Assert.Equal(["id", "chatId", "userId", "state", "messageId", "createdAt", "finishedAt"], opened.Body.AsObject().Select(m => m.Key));
        Assert.Equal((chat, member.Id, "open", null, null), (opened.Body["chatId"]!.GetValue<Guid>(),
            opened.Body["userId"]!.GetValue<Guid>(), opened.Body["state"]!.GetValue<string>(), opened.Body["messageId"], opened.Body["finishedAt"]));

        // In any order; the same once more is answered in the same words.
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
    public async Task The_client_may_say_the_ids_and_the_role()
    {
        var owner = _world["owner"];
        var (chat, stream, message) = (await owner.Begin(), Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal(stream, (await owner.Post($"/chats/{chat}/streams", new { id = stream })).Is(201).Id);
        (await owner.Post($"/chats/{chat}/streams", new { id = stream })).Is(409, "conflict");
        (await owner.Post($"/streams/{stream}/chunks", new { index = 0, data = "x" })).Is(200);
        var said = await owner.Say(chat);
        (await owner.Post($"/streams/{stream}/finish", new { id = said })).Is(409, "conflict");
        var made = (await owner.Post($"/streams/{stream}/finish", new { id = message, role = "tool" })).Is(201);
        Assert.Equal((message, "tool"), (made.Id, made.Body["role"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Without_a_chunk_there_is_no_message()
    {
        var owner = _world["owner"];
        var chat = await owner.Begin();
        var stream = (await owner.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        (await owner.Post($"/streams/{stream}/finish", new { })).Is(409, "stream_incomplete");
    }

    [Fact]
    public async Task Who_has_left_writes_no_more_to_what_they_opened()
    {
        Fixture.ContentWorld = null;
        var member = _world["member"];
        var (open, hidden) = (await Prepare("shared", "public"), await Prepare("shared"));
        Assert.True(await Fixture.Setup.As<bool>(member, "select public.leave_organization()"));
        foreach (var request in new[] { "append", "finish", "delete" })
        {
            (await Ask(member, request, hidden.Chat, hidden.Stream)).Is(404);
            (await Ask(member, request, open.Chat, open.Stream)).Is(403);
        }
    }

    [Fact]
    public async Task Pages_of_streams_keep_what_was_opened_in_the_same_millisecond()
    {
        var owner = _world["owner"];
        var chat = await owner.Begin();
        await Fixture.Setup.As<int>(owner,
            """
            insert into public."Stream" ("chatId", "createdAt")
            select $1, timestamp '2026-01-01' + (n / 5) * interval '1 ms' from generate_series(1, 12) n
            """, chat);
        var all = (await owner.Get($"/chats/{chat}/streams?limit=100")).Is(200);
        Assert.Equal(12, all.Ids.Distinct().Count());
        Assert.Equal(all.Body["items"]!.AsArray().Select(s => s!["createdAt"]!.GetValue<string>()).OrderDescending(),
            all.Body["items"]!.AsArray().Select(s => s!["createdAt"]!.GetValue<string>()));
        foreach (var limit in new[] { 1, 5, 12 })
        {
            Assert.Equal(all.Ids, await Pages.Of(owner, $"/chats/{chat}/streams?limit={limit}"));
        }
    }

    private static Task<Response> Ask(Person person, string request, Guid chat, Guid stream) => request switch
    {
        "streams" => person.Get($"/chats/{chat}/streams"),
        "open" => person.Post($"/chats/{chat}/streams", new { }),
        "append" => person.Post($"/streams/{stream}/chunks", new { index = 1, data = "more words" }),
        "finish" => person.Post($"/streams/{stream}/finish", new { }),
        "delete" => person.Delete($"/streams/{stream}"),
        _ => throw new ArgumentException(request),
    };

    /// <summary>A chat with a stream of one chunk.</summary>
    private async Task<(Guid Chat, Guid Stream)> Prepare(string where, string visibility = "private")
    {
        if (where == "absent")
        {
            return (Guid.NewGuid(), Guid.NewGuid());
        }

        var chat = await _world["owner"].Begin(where, where == "public" ? where : visibility, _world.Of(where));
        var opener = _world[where == "shared" ? "member" : "owner"];
        var stream = (await opener.Post($"/chats/{chat}/streams", new { })).Is(201).Id;
        (await opener.Post($"/streams/{stream}/chunks", new { index = 0, data = "words" })).Is(200);
        return (chat, stream);
    }

    /// <summary>All that its owner sees of it.</summary>
    private async Task<string> Read(Guid chat) => string.Concat(
        (await _world["owner"].Get($"/chats/{chat}/streams")).Text.Split("traceId")[0],
        (await _world["owner"].Get($"/chats/{chat}/messages")).Text.Split("traceId")[0],
        await Fixture.Setup.As<string>(_world["owner"],
            """
            select string_agg(c::text, ' ' order by c."index") from public."StreamChunk" c
            join public."Stream" s on s."id" = c."streamId" where s."chatId" = $1
            """, chat));
}
