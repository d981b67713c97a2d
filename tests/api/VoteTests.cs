using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Votes, and deleting the messages after one.</summary>
public sealed class VoteTests(ApiFixture fixture) : ApiTest(fixture)
{
    private ContentWorld _world = null!;

    public override async Task InitializeAsync() => _world = await ContentWorld.Of(Fixture);

    [Fact]
    public async Task A_vote_is_cast_once_and_changed_after()
    {
        var (owner, member) = (_world["owner"], _world["member"]);
        var it = await TestChat.By(_world, "shared", 1);
        var (chat, message) = (it.Id, it.Messages[0]);
        var cast = (await member.Put($"/messages/{message}/vote", new { value = "up" })).Is(200);
        Assert.Equal(["id", "messageId", "chatId", "userId", "value", "createdAt"], cast.Body.AsObject().Select(m => m.Key));
        Assert.Equal((message, chat, member.Id, "up"), (cast.Body["messageId"]!.GetValue<Guid>(),
            cast.Body["chatId"]!.GetValue<Guid>(), cast.Body["userId"]!.GetValue<Guid>(), cast.Body["value"]!.GetValue<string>()));
        var changed = (await member.Put($"/messages/{message}/vote", new { value = "down" })).Is(200);
        Assert.Equal(cast.Id, changed.Id);
        Assert.Equal(cast.Text.Replace("up", "down", StringComparison.Ordinal), changed.Text);

        var votes = (await owner.Get($"/chats/{chat}/votes")).Is(200).Body["items"]!.AsArray();
        Assert.Equal([(owner.Id, "up"), (member.Id, "down")],
            votes.Select(vote => (vote!["userId"]!.GetValue<Guid>(), vote["value"]!.GetValue<string>())));
        (await member.Delete($"/messages/{message}/vote")).Is(204);
        (await member.Delete($"/messages/{message}/vote")).Is(404, "not_found");
        Assert.Equal(owner.Id, (await owner.Get($"/chats/{chat}/votes")).Body["items"]!.AsArray().Single()!["userId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Deleting_after_the_last_message_deletes_nothing()
    {
        var it = await TestChat.By(_world, "public", 2);
        foreach (var who in new[] { "owner", "outsider" })
        {
            Assert.Equal("""{"count":0}""", (await _world[who].Delete($"/chats/{it.Id}/messages?after={it.Messages[1]}")).Is(200).Text);
        }

        Assert.Equal(it.Messages, (await _world["owner"].Get($"/chats/{it.Id}/messages")).Ids);
    }

    [Fact]
    public async Task Messages_of_one_millisecond_are_deleted_in_the_order_of_the_list()
    {
        var owner = _world["owner"];
        var chat = (await TestChat.By(_world, "personal", 1)).Id;
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
    public async Task A_message_of_another_chat_is_not_found()
    {
        var (owner, one, other) = (_world["owner"], await TestChat.By(_world, "personal", 2), await TestChat.By(_world, "personal", 2));
        foreach (var message in new[] { other.Messages[0], Guid.NewGuid() })
        {
            (await owner.Delete($"/chats/{one.Id}/messages?after={message}")).Is(404, "not_found");
        }

        Assert.Equal(one.Messages, (await owner.Get($"/chats/{one.Id}/messages")).Ids);
        Assert.Equal(other.Messages, (await owner.Get($"/chats/{other.Id}/messages")).Ids);
    }
}
