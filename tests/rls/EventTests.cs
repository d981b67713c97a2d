using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "What is not listed is denied" of access-rules.md: the outbox "Event" is nobody's. Triggers write it,
/// in the transaction of the change; what a deletion takes along is silent.
/// </summary>
public sealed class EventTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Event" where "userId" = [owner]""",
        ["insert"] = """insert into public."Event" ("kind", "rowId") values ('x', [owner])""",
        ["update"] = """update public."Event" set "visibility" = 'public'""",
        ["upsert"] = """insert into public."Event" ("kind", "rowId") values ('x', [owner]) on conflict ("xid", "id") do update set "kind" = 'x'""",
        ["merge"] = """merge into public."Event" e using (values (1)) v on e."kind" = 'made' when matched then delete""",
        ["delete"] = """delete from public."Event" where "userId" = [owner]""",
        ["delete_all"] = """delete from public."Event" """,
        ["truncate"] = """truncate public."Event" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read   insert update upsert merge  delete delete_all truncate
            others     denied denied denied denied denied denied denied     denied
            anonymous  denied denied denied denied denied denied denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Db.AsRole("rlschat_test_functions").Do("""insert into public."Event" ("kind", "userId", "rowId") values ('made', [owner], [owner])""");
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select e::text from public."Event" e order by "id" """);
    }

    [Fact]
    public async Task Nothing_is_granted_to_a_role_that_a_request_can_take() =>
        Assert.Equal("", await Grants.On(Db, "Event"));

    public static readonly TheoryData<string, string, string> News = new()
    {
        { "owner", """insert into public."Chat" ("title") values ('new')""", "chat.created" },
        { "owner", """update public."Chat" set "title" = 'new' where "id" = [chat]""", "chat.updated" },
        { "owner", """update public."Chat" set "visibility" = 'public' where "id" = [chat]""", "chat.updated" },
        { "owner", """update public."Chat" set "title" = "title" where "id" = [chat]""", "" },
        { "owner", """delete from public."Chat" where "id" = [chat]""", "chat.deleted owner Acme private" },
        { "member", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]'), ([chat], 'user', '[]')""", "message.created, message.created" },
        { "owner", """update public."Message" set "parts" = '[1]' where "id" = [message]""", "message.updated" },
        { "owner", """delete from public."Message" where "id" = [message]""", "message.deleted owner Acme private" },
        { "owner", """delete from public."Message" where "chatId" = [chat]""", "message.deleted owner Acme private, message.deleted owner Acme private" },
        { "admin", """insert into public."Vote" ("message_id", "value") values ([message], 'up')""", "vote.created" },
        { "member", """update public."Vote" set "value" = 'down'""", "vote.updated" },
        { "member", """update public."Vote" set "value" = 'up'""", "" },
        { "member", """delete from public."Vote" """, "vote.deleted owner Acme private" },
        { "member", """insert into public."Stream" ("chatId") values ([chat])""", "stream.created" },
        { "owner", """select public.finish_stream([stream])""", "message.created, stream.finished" },
        { "owner", """delete from public."Stream" where "id" = [stream]""", "stream.deleted owner Acme private" },
        { "owner", """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 1, 'x')""", "" },
        { "admin", """select public.set_member_role([member], [role of can_view_audit])""", "member.updated member Acme" },
        { "admin", """select public.set_member_manager([member], [owner])""", "member.updated member Acme" },
        { "admin", """select public.remove_member([member])""", "member.left member Acme" },
        { "member", """select public.leave_organization()""", "member.left member Acme" },
        { "loner", """select public.create_organization('new')""", "member.joined loner" },
        // The chat goes to the manager; the reports move up.
        { "owner", """select public.leave_organization()""", "chat.updated, member.left owner Acme" },
        { "manager", """select public.leave_organization()""", "member.left manager Acme, member.updated owner Acme" },
        // Without an organization, with an account, by it: no news for anybody but those of their chats.
        { "loner", """select public.delete_account()""", "chat.deleted public" },
        { "member", """select public.delete_account()""", "member.left Acme, vote.deleted owner Acme private" },
    };

    [Theory]
    [MemberData(nameof(News))]
    public async Task A_change_leaves_in_the_outbox(string who, string change, string expected)
    {
        await PrepareRows();
        Db.Remember("last", await Db.AsRole("rlschat_backup").Ask<long>("""select max("id") from public."Event" """));
        await Db.As(who).Do(change);
        Assert.Equal(expected, await Written());
    }

    [Fact]
    public async Task A_row_says_which_and_nothing_of_what_was_written()
    {
        await PrepareRows();
        await Db.AsRole("rlschat_backup");
        Assert.Equal(
            ["chat.created chat chat", "message.created message chat", "message.created other chat", "stream.created stream chat", "vote.created vote chat"],
            await Db.List(
                """
                select concat_ws(' ', "kind", n."name", c."name") from public."Event" e
                join (values ([chat]::uuid, 'chat'), ([message], 'message'), ([other], 'other'), ([vote], 'vote'), ([stream], 'stream'))
                  n ("id", "name") on n."id" = e."rowId"
                join (values ([chat]::uuid, 'chat')) c ("id", "name") on c."id" = e."chatId"
                where e."xid" = pg_current_xact_id()
                order by e."id"
                """));
        Assert.Empty(await Db.List("""select e::text from public."Event" e where e::text like '%secret%'"""));
    }

    private async Task PrepareRows()
    {
        await Rows.Chat(Db, "personal public", "loner", "lonely");
        await Rows.Chat(Db, "shared", "owner");
        await Db.Do("""update public."Chat" set "title" = 'secret' where false""");
        await Db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '["secret"]')""");
        await Db.Make("other", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '["secret"]')""");
        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do("""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'secret')""");
        await Db.As("member").Make("vote", """insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
    }

    /// <summary>What came into the outbox since: kinds, and of members and deletions the scope by name.</summary>
    private async Task<string> Written()
    {
        var rows = await Db.AsRole("rlschat_backup").List(
            """
            select concat_ws(' ', "kind", split_part(u."email", '@', 1), o."name", "visibility")
            from public."Event" e
            left join public."User" u on u."id" = e."userId"
            left join public."Organization" o on o."id" = e."organizationId" and o."name" = 'Acme'
            where e."id" > [last]
            order by 1
            """);
        return string.Join(", ", rows);
    }
}
