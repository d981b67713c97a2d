namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// A chat of the world's owner with messages, the owner's vote on the first, and an open stream of one chunk. In a shared
/// chat the third message and the stream are the member's.
/// </summary>
internal sealed class TestChat
{
    private ContentWorld _world = null!;

    public Guid Id { get; private init; }

    /// <summary>In the order of the list.</summary>
    public Guid[] Messages { get; private set; } = [];

    public Guid Stream { get; private set; }

    /// <param name="world">Whose people they are.</param>
    /// <param name="where">"personal", "shared" or "public".</param>
    /// <param name="messages">How many messages.</param>
    /// <param name="visibility">Other than <paramref name="where"/> says.</param>
    public static async Task<TestChat> By(ContentWorld world, string where, int messages = 4, string? visibility = null)
    {
        var (owner, other) = (world["owner"], world[where == "shared" ? "member" : "owner"]);
        visibility ??= where == "public" ? "public" : "private";
        var chat = new TestChat { _world = world, Id = await owner.Begin("words", visibility, world.Of(where)) };
        for (var i = 0; i < messages; i++)
        {
            await (i == 2 ? other : owner).Say(chat.Id, "words");
            // Messages of one millisecond are in the order of their ids.
            await Task.Delay(2);
        }

        chat.Messages = (await owner.Get($"/chats/{chat.Id}/messages")).Is(200).Ids;
        (await owner.Put($"/messages/{chat.Messages[0]}/vote", new { value = "up" })).Is(200);
        chat.Stream = (await other.Post($"/chats/{chat.Id}/streams", new { })).Is(201).Id;
        (await other.Post($"/streams/{chat.Stream}/chunks", new { index = 0, data = "words" })).Is(200);
        return chat;
    }

    /// <summary>All that its owner sees of it.</summary>
    public async Task<string> Read()
    {
        var parts = await Task.WhenAll(new[] { "", "/messages", "/votes", "/streams" }.Select(part => _world["owner"].Get($"/chats/{Id}{part}")));
        return parts[0].Status == 404 ? "absent" : string.Concat(parts.Select(part => part.Is(200).Text)) + await _world.Setup.As<string>(_world["owner"],
            """
            select string_agg(c::text, ' ' order by c."streamId", c."index") from public."StreamChunk" c
            join public."Stream" s on s."id" = c."streamId" where s."chatId" = $1
            """, Id);
    }
}
