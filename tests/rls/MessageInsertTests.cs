using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Message" of access-rules.md: who writes one, and what nobody does.</summary>
public sealed partial class MessageTests
{
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

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("personal", """
            who                      itself  returning from_chat as_another as_nobody do_nothing upsert  merge
            owner                    yes     yes       yes       denied     denied    yes        yes     yes
            member                   denied  denied    hidden    denied     denied    denied     denied  denied
            manager                  denied  denied    hidden    denied     denied    denied     denied  denied
            admin                    denied  denied    hidden    denied     denied    denied     denied  denied
            can_manage_chats         denied  denied    hidden    denied     denied    denied     denied  denied
            outsider                 denied  denied    hidden    denied     denied    denied     denied  denied
            anonymous                denied  denied    denied    denied     denied    denied     denied  denied
            """),
        ("personal public", """
            who                      itself  returning from_chat as_another as_nobody do_nothing upsert  merge
            owner                    yes     yes       yes       denied     denied    yes        yes     yes
            member                   denied  denied    denied    denied     denied    denied     denied  denied
            can_manage_chats         denied  denied    denied    denied     denied    denied     denied  denied
            loner                    denied  denied    denied    denied     denied    denied     denied  denied
            anonymous                denied  denied    denied    denied     denied    denied     denied  denied
            """),
        ("organization", """
            who                      itself  returning from_chat as_another as_nobody do_nothing upsert  merge
            owner                    yes     yes       yes       denied     denied    yes        yes     yes
            member                   yes     yes       yes       denied     denied    yes        yes     yes
            manager                  yes     yes       yes       denied     denied    yes        yes     yes
            admin                    yes     yes       yes       denied     denied    yes        yes     yes
            can_manage_chats         yes     yes       yes       denied     denied    yes        yes     yes
            can_view_audit           yes     yes       yes       denied     denied    yes        yes     yes
            left                     denied  denied    hidden    denied     denied    denied     denied  denied
            outsider                 denied  denied    hidden    denied     denied    denied     denied  denied
            rival                    denied  denied    hidden    denied     denied    denied     denied  denied
            loner                    denied  denied    hidden    denied     denied    denied     denied  denied
            operator                 denied  denied    hidden    denied     denied    denied     denied  denied
            anonymous                denied  denied    denied    denied     denied    denied     denied  denied
            """),
        ("organization public", """
            who                      itself  returning from_chat as_another as_nobody do_nothing upsert  merge
            owner                    yes     yes       yes       denied     denied    yes        yes     yes
            member                   yes     yes       yes       denied     denied    yes        yes     yes
            left                     denied  denied    denied    denied     denied    denied     denied  denied
            rival                    denied  denied    denied    denied     denied    denied     denied  denied
            anonymous                denied  denied    denied    denied     denied    denied     denied  denied
            """),
        ("organization public, chat of one who left", """
            who                      itself  returning from_chat as_another as_nobody do_nothing upsert  merge
            left                     denied  denied    denied    denied     denied    denied     denied  denied
            member                   yes     yes       yes       denied     denied    yes        yes     yes
            """));

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        await Rows.Chat(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        await Rows.Left(Db, row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb], """select count(*) from public."Message" """);
    }

    [Fact]
    public async Task Nobody_moves_a_message_or_changes_whose_it_is()
    {
        string[] columns = ["id", "chatId", "userId", "role", "createdAt", "version"];
        await Stand("organization");
        await Expect.NobodyMay(Db,
        [
            .. columns.SelectMany(column => new[]
            {
                $"""update public."Message" set "{column}" = default""",
                $"""update public."Message" set "parts" = '[]', "{column}" = "{column}" where "id" = [message]""",
            }),
            """merge into public."Message" m using (select [chat]::uuid as id) s on m."chatId" = s.id when matched then update set "userId" = auth.uid()""",
            """insert into public."Message" ("id", "chatId", "role", "parts") values ([message], [chat], 'user', '[]') on conflict ("id") do update set "userId" = auth.uid()""",
            """insert into public."Message" ("chatId", "role", "parts", "version") values ([chat], 'user', '[]', 7)""",
            """truncate public."Message" cascade""",
        ]);
    }

    [Fact]
    public async Task Nobody_copies_messages_in() =>
        await Expect.NobodyCopiesInto(Db, "Message", """ "chatId", "role", "parts" """);

    // The column grants stop every move before a policy runs. Were one granted by mistake, the policy's check stands.
    [Fact]
    public async Task A_column_that_is_granted_by_mistake_still_moves_no_message()
    {
        await Rows.Chat(Db, "personal", People.Owner, "diary");
        await Stand("organization");
        await Rows.Chat(Db, "personal", "member", "mine");
        await Db.AsRole("rlschat_owner");
        await Db.Do("""grant update ("chatId", "userId") on public."Message" to regular_user""");
        await Db.As("member");
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Message" set "chatId" = [diary]"""));
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Message" set "userId" = [owner]"""));
        Assert.Equal(Outcome.Yes, await Db.Try("""update public."Message" set "chatId" = [mine]"""));
    }
}
