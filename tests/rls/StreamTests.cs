using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Stream" of access-rules.md. How one goes on and ends is in StreamChunkTests and StreamEndTests.</summary>
public sealed class StreamTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Stream" where "id" = [stream]""",
        ["delete"] = """delete from public."Stream" where "id" = [stream] returning "id" """,
        ["delete_all"] = """delete from public."Stream" """,
        ["merge_delete"] = """merge into public."Stream" t using (select [stream]::uuid as id) s on t."id" = s.id when matched then delete""",
    };

    // The owner is the chat's. In an organization's chat somebody else opened the stream: "member".
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                 read   delete delete_all merge_delete
        personal:
          owner             yes    yes    yes        yes
          others            hidden hidden hidden     hidden
          anonymous         hidden denied denied     denied
        personal public:
          owner             yes    yes    yes        yes
          others            yes    hidden hidden     denied
          anonymous         yes    denied denied     denied
        organization:
          owner             yes    yes    yes        yes
          admin             yes    yes    yes        yes
          can_manage_chats  yes    yes    yes        yes
          colleagues        yes    hidden hidden     denied
          strangers         hidden hidden hidden     hidden
          anonymous         hidden denied denied     denied
        organization public:
          owner             yes    yes    yes        yes
          member            yes    hidden hidden     denied
          can_manage_chats  yes    yes    yes        yes
          strangers         yes    hidden hidden     denied
          anonymous         yes    denied denied     denied
        organization, chat of left:
          left              hidden hidden hidden     hidden
          can_manage_chats  yes    yes    yes        yes
        organization public, chat of left:
          left              yes    hidden hidden     denied
          can_manage_chats  yes    yes    yes        yes
        """);

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["itself"] = """insert into public."Stream" ("chatId") values ([chat])""",
        ["returning"] = """insert into public."Stream" ("chatId") values ([chat]) returning *""",
        ["from_chat"] = """insert into public."Stream" ("chatId") select c."id" from public."Chat" c where c."id" = [chat]""",
        ["as_another"] = """insert into public."Stream" ("chatId", "userId") values ([chat], [another])""",
        ["as_nobody"] = """insert into public."Stream" ("chatId", "userId") values ([chat], null)""",
        ["do_nothing"] = """insert into public."Stream" ("chatId") values ([chat]) on conflict do nothing""",
        ["merge"] = """merge into public."Stream" t using (select gen_random_uuid() as id) s on t."id" = s.id when not matched then insert ("id", "chatId") values (s.id, [chat])""",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of("""
        who           itself returning from_chat as_another as_nobody do_nothing merge
        personal:
          owner       yes    yes       yes       denied     denied    yes        yes
          others      denied denied    hidden    denied     denied    denied     denied
          anonymous   denied denied    denied    denied     denied    denied     denied
        personal public:
          owner       yes    yes       yes       denied     denied    yes        yes
          member      denied denied    denied    denied     denied    denied     denied
          loner       denied denied    denied    denied     denied    denied     denied
          anonymous   denied denied    denied    denied     denied    denied     denied
        organization:
          colleagues  yes    yes       yes       denied     denied    yes        yes
          strangers   denied denied    hidden    denied     denied    denied     denied
          anonymous   denied denied    denied    denied     denied    denied     denied
        organization public:
          member      yes    yes       yes       denied     denied    yes        yes
          strangers   denied denied    denied    denied     denied    denied     denied
        organization public, chat of left:
          left        denied denied    denied    denied     denied    denied     denied
          member      yes    yes       yes       denied     denied    yes        yes
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select t::text from public."Stream" t where "id" = [stream]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_open(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select count(*) from public."Stream" """);
    }

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
    public async Task Nobody_changes_a_stream()
    {
        await Stand("organization");
        await Expect.NobodyMay(Db,
            """merge into public."Stream" t using (select [stream]::uuid as id) s on t."id" = s.id when matched then update set "userId" = auth.uid()""",
            """insert into public."Stream" ("id", "chatId") values ([stream], [chat]) on conflict ("id") do update set "userId" = auth.uid()""",
            """truncate public."Stream" cascade""");
    }

    [Fact]
    public async Task A_stream_outlasts_its_opener_and_belongs_to_nobody_afterwards()
    {
        await Stand("organization");
        Assert.True(await Db.As("member").Ask<bool>("select public.delete_account()"));
        await Db.As(People.Owner);
        Assert.Equal(["nobody"], await Db.List("""select coalesce("userId"::text, 'nobody') from public."Stream" where "id" = [stream]"""));
        await Expect.NobodyMay(Db, """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'more')""");
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        await Db.As(row.StartsWith("personal", StringComparison.Ordinal) ? People.Owner : "member");
        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Rows.Left(Db, row, who);
    }
}
