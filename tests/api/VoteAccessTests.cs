using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Who may vote, and who may delete the messages after one, over HTTP.</summary>
public sealed class VoteAccessTests(ApiFixture fixture) : ApiTest(fixture)
{
    // 2xx: it happened.  404: hidden, or there is none.  403: they see it, and may not.  401: nobody in particular.
    // The owner has voted, so only the owner has a vote to take back. Of the four messages the first, the
    // second and the last are the owner's, the third in the shared chat is the member's.
    private const string Table = """
        chat      request  owner  member  manager  director  can_view_documents  can_manage_documents  can_manage_chats  admin  outsider  left  anonymous
        personal  votes    200    404     404      404       404                 404                   404               404    404       404   404
        personal  vote     200    404     404      404       404                 404                   404               404    404       404   401
        personal  unvote   204    404     404      404       404                 404                   404               404    404       404   401
        personal  cut      200    404     404      404       404                 404                   404               404    404       404   401
        shared    votes    200    200     200      200       200                 200                   200               200    404       404   404
        shared    vote     200    200     200      200       200                 200                   200               200    404       404   401
        shared    unvote   204    404     404      404       404                 404                   404               404    404       404   401
        shared    cut      200    200     403      403       403                 403                   200               200    404       404   401
        public    votes    200    200     200      200       200                 200                   200               200    200       200   200
        public    vote     200    200     200      200       200                 200                   200               200    200       200   401
        public    unvote   204    404     404      404       404                 404                   404               404    404       404   401
        public    cut      200    403     403      403       403                 403                   403               403    403       403   401
        absent    votes    404    404     404      404       404                 404                   404               404    404       404   404
        absent    vote     404    404     404      404       404                 404                   404               404    404       404   401
        absent    unvote   404    404     404      404       404                 404                   404               404    404       404   401
        absent    cut      404    404     404      404       404                 404                   404               404    404       404   401
        """;

    public static readonly TheoryData<string, string, string, int> Access = Matrix.Of(Table);

    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task The_matrix(string chat, string request, string who, int status)
    {
        var (id, messages) = await Prepare(chat, request == "cut" ? 4 : 1);
        var before = await Read(id);
        var response = await Ask(_world[who], request, id, messages[0]);
        response.Is(status);
        Assert.Equal(request == "votes" || status >= 400, before == await Read(id));
        if (request == "cut" && status == 200)
        {
            Guid[] kept = who == "member" ? [messages[0], messages[1], messages[3]] : [messages[0]];
            Assert.Equal($$"""{"count":{{4 - kept.Length}}}""", response.Text);
            Assert.Equal(kept, (await _world["owner"].Get($"/chats/{id}/messages")).Ids);
        }
    }

    [Fact]
    public async Task A_vote_is_cast_once_and_changed_after()
    {
        var (owner, member) = (_world["owner"], _world["member"]);
        var (chat, messages) = await Prepare("shared", 1);
        var cast = (await member.Put($"/messages/{messages[0]}/vote", new { value = "up" })).Is(200);
        Assert.Equal(["id", "messageId", "chatId", "userId", "value", "createdAt"], cast.Body.AsObject().Select(m => m.Key));
        Assert.Equal((messages[0], chat, member.Id, "up"), (cast.Body["messageId"]!.GetValue<Guid>(),
            cast.Body["chatId"]!.GetValue<Guid>(), cast.Body["userId"]!.GetValue<Guid>(), cast.Body["value"]!.GetValue<string>()));
        var changed = (await member.Put($"/messages/{messages[0]}/vote", new { value = "down" })).Is(200);
        Assert.Equal(cast.Id, changed.Id);
        Assert.Equal(cast.Text.Replace("up", "down", StringComparison.Ordinal), changed.Text);

        var votes = (await owner.Get($"/chats/{chat}/votes")).Is(200).Body["items"]!.AsArray();
        Assert.Equal([(owner.Id, "up"), (member.Id, "down")],
            votes.Select(vote => (vote!["userId"]!.GetValue<Guid>(), vote["value"]!.GetValue<string>())));
        (await member.Delete($"/messages/{messages[0]}/vote")).Is(204);
        (await member.Delete($"/messages/{messages[0]}/vote")).Is(404, "not_found");
        Assert.Equal(owner.Id, (await owner.Get($"/chats/{chat}/votes")).Body["items"]!.AsArray().Single()!["userId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Pages_of_votes_keep_what_was_cast_in_the_same_millisecond()
    {
        var owner = _world["owner"];
        var (chat, _) = await Prepare("personal", 1);
        await Fixture.Setup.As<int>(owner,
            """
            with said as (
              insert into public."Message" ("chatId", "role", "parts")
              select $1, 'user', '[]' from generate_series(1, 11) returning "id")
            select 1 from said
            """, chat);
        await Fixture.Setup.As<int>(owner,
            """
            insert into public."Vote" ("message_id", "value", "created_at")
            select m."id", 'up', timestamp '2026-01-01' + (row_number() over () / 5) * interval '1 ms'
            from public."Message" m where m."chatId" = $1
              and not exists (select from public."Vote" v where v."message_id" = m."id")
            """, chat);
        var all = (await owner.Get($"/chats/{chat}/votes?limit=100")).Is(200).Ids;
        Assert.Equal(12, all.Length);
        Assert.Equal(all, await Pages.Of(owner, $"/chats/{chat}/votes?limit=5"));
    }

    [Fact]
    public async Task Nothing_after_the_last_message_is_nothing_deleted()
    {
        var (chat, messages) = await Prepare("public", 2);
        foreach (var who in new[] { "owner", "outsider" })
        {
            Assert.Equal("""{"count":0}""", (await _world[who].Delete($"/chats/{chat}/messages?after={messages[1]}")).Is(200).Text);
        }

        Assert.Equal(messages, (await _world["owner"].Get($"/chats/{chat}/messages")).Ids);
    }

    [Fact]
    public async Task Messages_of_the_same_millisecond_are_cut_in_the_order_of_the_list()
    {
        var owner = _world["owner"];
        var (chat, _) = await Prepare("personal", 1);
        await Fixture.Setup.As<int>(owner,
            """
            insert into public."Message" ("chatId", "role", "parts", "createdAt")
            select $1, 'user', '[]', timestamp '2100-01-01' from generate_series(1, 8)
            """, chat);
        var all = (await owner.Get($"/chats/{chat}/messages")).Is(200).Ids;
        Assert.Equal("""{"count":5}""", (await owner.Delete($"/chats/{chat}/messages?after={all[3]}")).Is(200).Text);
        Assert.Equal(all[..4], (await owner.Get($"/chats/{chat}/messages")).Ids);
    }

    [Fact]
    public async Task After_a_message_of_another_chat_there_is_nothing_to_delete()
    {
        var (chat, messages) = await Prepare("personal", 2);
        var (other, others) = await Prepare("personal", 2);
        var owner = _world["owner"];
        (await owner.Delete($"/chats/{chat}/messages?after={others[0]}")).Is(404, "not_found");
        (await owner.Delete($"/chats/{chat}/messages?after={Guid.NewGuid()}")).Is(404, "not_found");
        Assert.Equal(messages, (await owner.Get($"/chats/{chat}/messages")).Ids);
        Assert.Equal(others, (await owner.Get($"/chats/{other}/messages")).Ids);
    }

    [Fact]
    public async Task Hidden_and_absent_are_told_in_the_same_words()
    {
        var (chat, messages) = await Prepare("personal", 2);
        foreach (var request in new[] { "votes", "vote", "unvote", "cut" })
        {
            var hidden = (await Ask(_world["outsider"], request, chat, messages[0])).Is(404, "not_found");
            var absent = (await Ask(_world["outsider"], request, Guid.NewGuid(), Guid.NewGuid())).Is(404, "not_found");
            Assert.Equal(absent.WithoutTrace(), hidden.WithoutTrace());
        }
    }

    private static Task<Response> Ask(Person person, string request, Guid chat, Guid message) => request switch
    {
        "votes" => person.Get($"/chats/{chat}/votes"),
        "vote" => person.Put($"/messages/{message}/vote", new { value = "down" }),
        "unvote" => person.Delete($"/messages/{message}/vote"),
        "cut" => person.Delete($"/chats/{chat}/messages?after={message}"),
        _ => throw new ArgumentException(request),
    };

    /// <summary>The owner's chat, its messages in order, and the owner's vote on the first.</summary>
    private async Task<(Guid Chat, Guid[] Messages)> Prepare(string chat, int count)
    {
        if (chat == "absent")
        {
            return (Guid.NewGuid(), [Guid.NewGuid()]);
        }

        var owner = _world["owner"];
        var id = await owner.Begin(chat, chat == "public" ? "public" : "private", _world.Of(chat));
        for (var i = 0; i < count; i++)
        {
            await (chat == "shared" && i == 2 ? _world["member"] : owner).Say(id);
            // Of one millisecond they would be in the order of their ids.
            await Task.Delay(2);
        }

        var messages = (await owner.Get($"/chats/{id}/messages")).Is(200).Ids;
        (await owner.Put($"/messages/{messages[0]}/vote", new { value = "up" })).Is(200);
        return (id, messages);
    }

    private async Task<string> Read(Guid chat)
    {
        var (messages, votes) = (await _world["owner"].Get($"/chats/{chat}/messages"), await _world["owner"].Get($"/chats/{chat}/votes"));
        return messages.Status == 404 ? "absent" : messages.Text + votes.Text;
    }
}
