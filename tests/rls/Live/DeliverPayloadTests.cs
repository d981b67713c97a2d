using System.Text.RegularExpressions;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls.Live;

/// <summary>What auth.deliver(…) tells of a row: what the API's lists show of it, as it is now, and nothing once it has gone.</summary>
public sealed partial class DeliverPayloadTests(DatabaseFixture fixture) : LiveTest(fixture)
{
    /// <summary>Kinds of events, the row and its chat or organization, and what is told; ids stand by their names.</summary>
    public static readonly TheoryData<string, string, string, string> Payloads = new()
    {
        { "message.created", "message", "chat", """{"id" : "message", "chatId" : "chat", "userId" : "owner", "role" : "user", "parts" : [ {"n": 1.50} ], "attachments" : [], "createdAt" : "2026-01-02T03:04:05.678Z", "version" : 1}""" },
        { "chat.updated", "chat", "chat", """{"id" : "chat", "title" : "a \"b\"", "visibility" : "public", "userId" : "owner", "organizationId" : "Acme", "createdAt" : "2026-01-02T03:04:05.600Z", "version" : 1}""" },
        { "chat.created", "mine", "mine", """{"id" : "mine", "title" : "mine", "visibility" : "private", "userId" : "owner", "organizationId" : null, "createdAt" : "2026-01-02T03:04:05.000Z", "version" : 1}""" },
        { "vote.updated", "vote", "chat", """{"id" : "vote", "messageId" : "message", "chatId" : "chat", "userId" : "member", "value" : "up", "createdAt" : "2026-01-02T03:04:05.678Z"}""" },
        { "stream.created", "stream", "chat", """{"id" : "stream", "chatId" : "chat", "userId" : "owner", "state" : "open", "messageId" : null, "createdAt" : "2026-01-02T03:04:05.678Z", "finishedAt" : null}""" },
        { "stream.finished", "finished", "chat", """{"id" : "finished", "chatId" : "chat", "userId" : "owner", "state" : "finished", "messageId" : "answer", "createdAt" : "2026-01-02T03:04:05.678Z", "finishedAt" : "2026-01-02T03:04:06.000Z"}""" },
        { "member.joined", "owner", "Acme", """{"id" : "owner", "email" : "owner@test", "roleId" : "member role", "role" : "member", "managerId" : "manager"}""" },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task It_is_the_row_as_it_is_shown(string kind, string row, string within, string expected) =>
        Assert.Equal(expected, await Payload(kind, row, within));

    [Theory]
    [InlineData("message.created", "message", "other")]
    [InlineData("message.created", "none", "chat")]
    [InlineData("chat.updated", "none", "none")]
    [InlineData("vote.created", "vote", "other")]
    [InlineData("vote.created", "none", "chat")]
    [InlineData("stream.created", "stream", "other")]
    [InlineData("stream.created", "none", "chat")]
    [InlineData("member.joined", "owner", "Globex")]
    [InlineData("member.joined", "loner", "Acme")]
    [InlineData("member.joined", "none", "Acme")]
    [InlineData("of a later version", "message", "chat")]
    public async Task A_row_that_is_gone_or_elsewhere_has_no_payload(string kind, string row, string within) =>
        Assert.Equal("nothing", await Payload(kind, row, within));

    [Theory]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    [InlineData(1_000_000, false)]
    public async Task A_large_message_is_told_without_its_parts_and_attachments(int bytes, bool isTold)
    {
        // Once of what compresses well, and once of what does not.
        foreach (var (name, text) in new[] { ("even", $"repeat('x', {bytes - 12})"), ("random", $"(select left(string_agg(md5(i::text), ''), {bytes - 12}) from generate_series(0, {bytes / 32}) i)") })
        {
            await Writes("owner", name, $"""
                insert into public."Message" ("chatId", "role", "parts", "attachments", "createdAt")
                values ([chat], 'user', to_json(array[{text}]), '["abcd"]', '2026-01-02 03:04:05.678')
                """);
            Assert.Equal(bytes, await Db.Ask<int>($"""select octet_length("parts"::text) + octet_length("attachments"::text) from public."Message" where "id" = [{name}]"""));
            var payload = System.Text.Json.JsonDocument.Parse(await Payload("message.created", name, "chat")).RootElement;
            Assert.Equal(isTold, payload.GetProperty("parts").GetRawText().Length == bytes - 8);
            Assert.Equal(isTold ? "[\"abcd\"]" : "null", payload.GetProperty("attachments").GetRawText());
            if (!isTold)
            {
                Assert.Equal(
                    $$"""{"id" : "{{name}}", "chatId" : "chat", "userId" : "owner", "role" : "user", "parts" : null, "attachments" : null, "createdAt" : "2026-01-02T03:04:05.678Z", "version" : 1}""",
                    payload.GetRawText());
            }
        }
    }

    [Fact]
    public async Task An_id_that_is_used_again_elsewhere_tells_nobody_of_the_other_row()
    {
        await Follow("member", "outsider");
        await Listen();
        await Does("owner", """insert into public."Message" ("id", "chatId", "role", "parts") values ('5eed5eed-0000-4000-8000-000000000001', [chat], 'user', '[]')""");
        await Does("owner", """delete from public."Message" where "id" = '5eed5eed-0000-4000-8000-000000000001'""");
        await Does("outsider", """insert into public."Message" ("id", "chatId", "role", "parts") values ('5eed5eed-0000-4000-8000-000000000001', [other], 'user', '["secret"]')""");
        await Hears("""
            message.deleted 5eed5eed-0000-4000-8000-000000000001 in chat: member
            message.created 5eed5eed-0000-4000-8000-000000000001: outsider
            """);
    }

    protected override async Task Prepare()
    {
        await base.Prepare();
        Db.Remember("none", Guid.NewGuid());
        await Writes("owner", "chat", """insert into public."Chat" ("title", "visibility", "organizationId", "createdAt") values ('a "b"', 'public', [Acme], '2026-01-02 03:04:05.6')""");
        await Writes("owner", "mine", """insert into public."Chat" ("title", "createdAt") values ('mine', '2026-01-02 03:04:05')""");
        await Rows.Chat(Db, "shared", "outsider", "other");
        await Says("outsider", "elsewhere", "other");
        await Writes("owner", "message", """insert into public."Message" ("chatId", "role", "parts", "createdAt") values ([chat], 'user', '[ {"n": 1.50} ]', '2026-01-02 03:04:05.678')""");
        await Says("owner", "second");
        await Writes("member", "vote", """insert into public."Vote" ("message_id", "value", "created_at") values ([message], 'up', '2026-01-02 03:04:05.678')""");
        await Does("owner", """insert into public."Vote" ("message_id", "value") values ([message], 'down')""");
        await Writes("owner", "stream", """insert into public."Stream" ("chatId", "createdAt") values ([chat], '2026-01-02 03:04:05.678')""");
        await Writes("owner", "finished", """insert into public."Stream" ("chatId", "createdAt") values ([chat], '2026-01-02 03:04:05.678')""");
        await Does("owner", """insert into public."StreamChunk" ("streamId", "index", "data") values ([finished], 0, 'x')""");
        await Does("owner", "select public.finish_stream([finished])");
        Db.Remember("answer", await Db.Ask<Guid>("""select "messageId" from public."Stream" where "id" = [finished]"""));
        await Rows.Forge(Db, "Stream", """update public."Stream" set "finishedAt" = '2026-01-02 03:04:06' where "id" = [finished]""");
    }

    private async Task<string> Payload(string kind, string row, string within)
    {
        var payload = await Db.AsRole("rlschat_test_functions").Ask<string?>($"""
            select app_private.event_payload(jsonb_populate_record(null::public."Event", jsonb_build_object('kind', '{kind}',
              'rowId', [{row}], '{(kind.StartsWith("member", StringComparison.Ordinal) ? "organizationId" : "chatId")}', [{within}])))
            """);
        return payload is null ? "nothing" : Id().Replace(payload, id => Db.NameOf(Guid.Parse(id.Value)));
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();
}
