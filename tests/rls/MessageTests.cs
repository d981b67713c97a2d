using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Message" of access-rules.md.</summary>
public sealed class MessageTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // Each verb with a WHERE and, where it writes, without one (…_all): held as tightly. An upsert
    // writes into a chat of one's own and meets the message by its id: no way round the update's rules.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Message" where "id" = [message]""",
        ["reword"] = """update public."Message" set "parts" = '["new"]' where "id" = [message] returning "id" """,
        ["reword_all"] = """update public."Message" set "parts" = '["new"]', "attachments" = '[1]'""",
        ["delete"] = """delete from public."Message" where "id" = [message] returning "id" """,
        ["delete_all"] = """delete from public."Message" """,
        ["merge_reword"] = """merge into public."Message" m using (select [message]::uuid as id) s on m."id" = s.id when matched then update set "parts" = '["new"]'""",
        ["merge_delete"] = """merge into public."Message" m using (select [message]::uuid as id) s on m."id" = s.id when matched then delete""",
        ["upsert"] = """insert into public."Message" ("id", "chatId", "role", "parts") values ([message], [mine], 'user', '["new"]') on conflict ("id") do update set "parts" = excluded."parts" """,
    };

    // The owner is the chat's. In an organization's chat the author is somebody else: "member".
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                 read   reword reword_all delete delete_all merge_reword merge_delete upsert
        personal:
          owner             yes    yes    yes        yes    yes        yes          yes          yes
          others            hidden hidden hidden     hidden hidden     hidden       hidden       denied
          anonymous         hidden denied denied     denied denied     denied       denied       denied
        personal public:
          owner             yes    yes    yes        yes    yes        yes          yes          yes
          others            yes    hidden hidden     hidden hidden     denied       denied       denied
          anonymous         yes    denied denied     denied denied     denied       denied       denied
        organization:
          owner             yes    hidden hidden     yes    yes        denied       yes          denied
          member            yes    yes    yes        yes    yes        yes          yes          yes
          admin             yes    hidden hidden     yes    yes        denied       yes          denied
          can_manage_chats  yes    hidden hidden     yes    yes        denied       yes          denied
          colleagues        yes    hidden hidden     hidden hidden     denied       denied       denied
          strangers         hidden hidden hidden     hidden hidden     hidden       hidden       denied
          anonymous         hidden denied denied     denied denied     denied       denied       denied
        organization public:
          owner             yes    hidden hidden     yes    yes        denied       yes          denied
          member            yes    yes    yes        yes    yes        yes          yes          yes
          manager           yes    hidden hidden     hidden hidden     denied       denied       denied
          can_manage_chats  yes    hidden hidden     yes    yes        denied       yes          denied
          strangers         yes    hidden hidden     hidden hidden     denied       denied       denied
          anonymous         yes    denied denied     denied denied     denied       denied       denied
        organization, by one who left:
          left              hidden hidden hidden     hidden hidden     hidden       hidden       denied
          owner             yes    hidden hidden     yes    yes        denied       yes          denied
          can_manage_chats  yes    hidden hidden     yes    yes        denied       yes          denied
        organization public, by one who left:
          left              yes    hidden hidden     hidden hidden     denied       denied       denied
          owner             yes    hidden hidden     yes    yes        denied       yes          denied
        organization, chat of one who left:
          left              hidden hidden hidden     hidden hidden     hidden       hidden       denied
          member            yes    yes    yes        yes    yes        yes          yes          yes
        organization public, chat of one who left:
          left              yes    hidden hidden     hidden hidden     denied       denied       denied
          member            yes    yes    yes        yes    yes        yes          yes          yes
        -- As it is left when an organization is dissolved: the chat is personal again, what others wrote is theirs.
        personal public, by member:
          owner             yes    hidden hidden     yes    yes        denied       yes          denied
          member            yes    hidden hidden     hidden hidden     denied       denied       denied
          can_manage_chats  yes    hidden hidden     hidden hidden     denied       denied       denied
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        await Rows.Chat(Db, "personal", who == People.Anonymous ? People.Owner : who, "mine");

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select m::text from public."Message" m where "id" = [message]""");
    }

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["itself"] = """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""",
        ["returning"] = """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'assistant', '[]') returning *""",
        ["from_chat"] = """insert into public."Message" ("chatId", "role", "parts") select c."id", 'user', '[]' from public."Chat" c where c."id" = [chat]""",
        ["as_another"] = """insert into public."Message" ("chatId", "role", "parts", "userId") values ([chat], 'user', '[]', [another])""",
        ["as_nobody"] = """insert into public."Message" ("chatId", "role", "parts", "userId") values ([chat], 'user', '[]', null)""",
        ["do_nothing"] = """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') on conflict do nothing""",
        ["upsert"] = """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') on conflict ("id") do update set "parts" = excluded."parts" """,
        ["merge"] = """merge into public."Message" m using (select gen_random_uuid() as id) s on m."id" = s.id when not matched then insert ("id", "chatId", "role", "parts") values (s.id, [chat], 'user', '[]')""",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of("""
        who           itself returning from_chat as_another as_nobody do_nothing upsert merge
        personal:
          owner       yes    yes       yes       denied     denied    yes        yes    yes
          others      denied denied    hidden    denied     denied    denied     denied denied
          anonymous   denied denied    denied    denied     denied    denied     denied denied
        personal public:
          owner       yes    yes       yes       denied     denied    yes        yes    yes
          others      denied denied    denied    denied     denied    denied     denied denied
          anonymous   denied denied    denied    denied     denied    denied     denied denied
        organization:
          colleagues  yes    yes       yes       denied     denied    yes        yes    yes
          strangers   denied denied    hidden    denied     denied    denied     denied denied
          anonymous   denied denied    denied    denied     denied    denied     denied denied
        organization public:
          owner       yes    yes       yes       denied     denied    yes        yes    yes
          member      yes    yes       yes       denied     denied    yes        yes    yes
          strangers   denied denied    denied    denied     denied    denied     denied denied
          anonymous   denied denied    denied    denied     denied    denied     denied denied
        organization public, chat of one who left:
          left        denied denied    denied    denied     denied    denied     denied denied
          member      yes    yes       yes       denied     denied    yes        yes    yes
        """);

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Rows.Chat(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        await Rows.Left(Db, row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select count(*) from public."Message" """);
    }

    [Fact]
    public async Task Nobody_moves_a_message_or_changes_whose_it_is()
    {
        await Stand("organization");
        await Expect.NobodyMay(Db,
            """merge into public."Message" m using (select [chat]::uuid as id) s on m."chatId" = s.id when matched then update set "userId" = auth.uid()""",
            """insert into public."Message" ("id", "chatId", "role", "parts") values ([message], [chat], 'user', '[]') on conflict ("id") do update set "userId" = auth.uid()""",
            """truncate public."Message" cascade""");
    }

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        anonymous select *
        regular_user select *
        regular_user insert attachments, chatId, createdAt, id, parts, role, userId
        regular_user update attachments, parts
        regular_user delete *
        """,
        await Grants.On(Db, "Message"));

    [Fact]
    public async Task The_owner_of_a_chat_tidies_no_other_chat()
    {
        await Stand("organization public");
        foreach (var who in new[] { "manager", "rival" })
        {
            await Rows.Chat(Db, "personal", who, "mine");
            Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));
        }

        Assert.Equal(Outcome.Yes, await Db.As(People.Owner).Try(Verbs["delete_all"]));
    }

    [Fact]
    public async Task A_message_outlasts_its_author_and_belongs_to_nobody_afterwards()
    {
        await Stand("organization");
        Assert.True(await Db.As("member").Ask<bool>("select public.delete_account()"));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(["nobody"], await Db.List("""select coalesce("userId"::text, 'nobody') from public."Message" where "id" = [message]"""));
        foreach (var who in People.Everyone)
        {
            await Matrix.Check(Db, "of a deleted author", who, "reword", who == People.Anonymous ? "denied" : "hidden",
                Verbs["reword_all"], """select m::text from public."Message" m where "id" = [message]""");
        }

        Assert.Equal(1, await Db.As(People.Owner).Do(Verbs["delete"]));
    }

    [Fact]
    public async Task An_author_who_leaves_and_returns_rewords_their_message_again()
    {
        await Stand("organization");
        Assert.Equal(Outcome.Yes, await Db.As("member").Try(Verbs["reword"]));
        await Db.Do("select public.leave_organization()");
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["reword_all"]));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));

        await Db.As("admin").Do("select public.invite_member('member@test', [member role], sha256('back'))");
        await Db.As("member").Do("select public.accept_invitation('back')");
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["reword_all"]));
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, row.EndsWith("chat of one who left", StringComparison.Ordinal) ? "left" : People.Owner);
        var id = Guid.NewGuid();
        Db.Remember("message", id);
        if (row.EndsWith("by member", StringComparison.Ordinal))
        {
            await Rows.Forge(Db, "Message", """
                insert into public."Message" ("id", "chatId", "role", "parts", "userId")
                values ([message], [chat], 'user', '["old"]', [member])
                """);
        }
        else
        {
            await Db.As(row.StartsWith("personal", StringComparison.Ordinal) ? People.Owner
                : row.EndsWith("by one who left", StringComparison.Ordinal) ? "left" : "member");
            await Db.Do("""insert into public."Message" ("id", "chatId", "role", "parts") values ([message], [chat], 'user', '["old"]')""");
        }

        await Rows.Left(Db, row, who);
    }
}
