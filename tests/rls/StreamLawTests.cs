using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Stream" of access-rules.md: grants, everything that each person sees, and what nobody does.</summary>
public sealed partial class StreamTests
{
    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        anonymous select *
        regular_user select *
        regular_user insert chatId, createdAt, id, userId
        regular_user delete *
        """,
        await Grants.On(Db, "Stream"));

    [Fact]
    public async Task Everyone_sees_the_streams_of_the_chats_that_they_see_and_no_other()
    {
        foreach (var row in new[] { "personal", "personal public", "organization", "organization public" })
        {
            await Stand(row);
        }

        await Stand("organization, chat of left");
        await Expect.Seen(Db, """select c."title" from public."Stream" t left join public."Chat" c on c."id" = t."chatId" """, """
            owner: organization, organization public, organization, chat of left, personal, personal public
            manager: organization, organization public, organization, chat of left, personal public
            can_manage_chats: organization, organization public, organization, chat of left, personal public
            left: organization public, personal public
            rival: organization public, personal public
            loner: organization public, personal public
            anonymous: organization public, personal public
            """);
    }

    [Fact]
    public async Task Nobody_changes_a_stream()
    {
        string[] columns = ["id", "chatId", "userId", "createdAt", "activeAt", "octets", "finishedAt", "messageId"];
        await Stand("organization");
        await Expect.NobodyMay(Db,
        [
            .. columns.SelectMany(column => new[]
            {
                $"""update public."Stream" set "{column}" = default""",
                $"""update public."Stream" set "{column}" = "{column}" where "id" = [stream]""",
            }),
            """merge into public."Stream" t using (select [stream]::uuid as id) s on t."id" = s.id when matched then update set "userId" = auth.uid()""",
            """insert into public."Stream" ("id", "chatId") values ([stream], [chat]) on conflict ("id") do update set "userId" = auth.uid()""",
            """insert into public."Stream" ("chatId", "finishedAt") values ([chat], now())""",
            """insert into public."Stream" ("chatId", "activeAt") values ([chat], 'infinity')""",
            """insert into public."Stream" ("chatId", "octets") values ([chat], -1)""",
            """insert into public."Stream" ("chatId", "messageId") values ([chat], null)""",
            """truncate public."Stream" cascade""",
        ]);
    }

    [Fact]
    public async Task Nobody_copies_streams_in() => await Expect.NobodyCopiesInto(Db, "Stream", "\"chatId\"");

    [Fact]
    public async Task A_stream_outlasts_who_opened_it_and_is_nobodys_then()
    {
        await Stand("organization");
        await Db.As("member");
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        await Db.As(People.Owner);
        Assert.Equal(["nobody"], await Db.List("""select coalesce("userId"::text, 'nobody') from public."Stream" where "id" = [stream]"""));
        await Expect.NobodyMay(Db, """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'more')""");
    }
}
