using RlsChat.Database.Explaining;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>What make why says of live delivery is what auth.deliver(…) does.</summary>
public sealed class RehearsedDeliveryTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    private static readonly string[] Signed = ["owner", "member", "can_manage_chats", "outsider", "loner"];

    private static readonly string[] Everyone = [.. Signed, People.Anonymous];

    private readonly Dictionary<string, string> tables = new()
    {
        ["chat"] = "Chat",
        ["message"] = "Message",
        ["vote"] = "Vote",
        ["stream"] = "Stream",
    };

    [Theory]
    [InlineData("shared private")]
    [InlineData("shared public")]
    [InlineData("personal private")]
    [InlineData("personal public")]
    public async Task It_agrees_with_delivery_on_who_hears_of_a_row(string chat)
    {
        await Rows.Chat(Db, chat, "owner", "chat");
        await Follow([.. Signed, .. Everyone.Select(who => $"{who}@chat")]);
        await Listen();
        await Says("owner");
        await Writes("owner", "vote", """insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        await Writes("owner", "stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Does("owner", """update public."Chat" set "title" = 'new' where "id" = [chat]""");
        var written = await Heard();
        Assert.Equal(tables.Count, written.Count);
        await Agree(written, "live delivery of ");

        // Of a row without an event in the outbox: as if it changed now.
        await Rows.Forge(Db, "Event", """delete from public."Event" where "chatId" = [chat]""");
        await Agree(written, "as if the row changed now");

        await Listen();
        await Does("owner", """delete from public."Message" where "id" = [message]""");
        tables.Remove("vote");
        tables.Remove("stream");
        tables.Remove("chat");
        await Agree(await Heard(), "live delivery of message.deleted");
    }

    [Fact]
    public async Task It_names_what_refuses()
    {
        await Rows.Chat(Db, "personal public", "owner", "chat");
        await Says("owner");
        Assert.Equal("no session of the person is live, so their subscriptions have ended", (await Told("owner", "Message", "message")).Note);
        await Follow("owner", "outsider");
        Assert.StartsWith("GET /me/events", (await Told("owner", "Message", "message")).Note, StringComparison.Ordinal);
        Assert.StartsWith("only GET /chats/{id}/events: the chat is public", (await Told("outsider", "Message", "message")).Note, StringComparison.Ordinal);
        await Does("owner", """update public."Chat" set "visibility" = 'private' where "id" = [chat]""");
        Assert.Equal("the person does not see the row's chat: none of the select policies org_access, select_public_signed_in, users_own_chats is true",
            (await Told("outsider", "Message", "message")).Note);
        Assert.Equal("the person is no member of the event's organization", (await Told("outsider", "User", "member")).Note);
        Assert.Equal("no trigger of public.\"Organization\" writes events", (await Told("outsider", "Organization", "Acme")).Note);
        Db.Remember("nothing", Guid.NewGuid());
        Assert.StartsWith("there is no such row, and the outbox has no event of it", (await Told("owner", "Message", "nothing")).Note, StringComparison.Ordinal);
    }

    // By the row, who is told: "chat.updated chat: owner, member@chat".
    private async Task<Dictionary<string, HashSet<string>>> Heard() => (await Hear()).Lines.Split('\n')
        .Where(line => !line.StartsWith("end ", StringComparison.Ordinal)).Select(line => line.Split(": "))
        .ToDictionary(parts => parts[0].Split(' ')[1], parts => parts[1].Split(", ").ToHashSet());

    private async Task Agree(Dictionary<string, HashSet<string>> heard, string text)
    {
        foreach (var (row, table) in tables)
        {
            foreach (var who in Everyone)
            {
                var told = await Told(who, table, row);
                Assert.Contains(text, told.Text, StringComparison.Ordinal);
                var (own, ofChat) = (told.Parts[0].Parts[0].Truth, told.Parts[0].Parts[1].Truth);
                Assert.Equal(
                    (who, row, heard[row].Contains(who), heard[row].Contains($"{who}@chat")),
                    (who, row, own == Truth.True, ofChat == Truth.True));
                Assert.Equal(own == Truth.True || ofChat == Truth.True, told.Truth == Truth.True);
            }
        }
    }

    private async Task<Node> Told(string who, string table, string row)
    {
        await Db.AsRole("none");
        var id = Db.Resolve($"[{row}]").Trim('\'');
        return await Explainer.ExplainDelivery(Db.Connection, Db.Caller(who), new Question(table, Command.Select, new Dictionary<string, string?> { ["id"] = id }));
    }
}
