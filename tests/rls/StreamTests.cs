using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Stream" of access-rules.md: who sees, opens and deletes one.</summary>
public sealed partial class StreamTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Stream" where "id" = [stream]""",
        ["delete"] = """delete from public."Stream" where "id" = [stream] returning "id" """,
        ["delete_all"] = """delete from public."Stream" """,
        ["merge_delete"] = """merge into public."Stream" t using (select [stream]::uuid as id) s on t."id" = s.id when matched then delete""",
    };

    // The owner is the chat's. In an organization's chat somebody else opened the stream: "member".
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal", """
            who                      read    delete  delete_all merge_delete
            owner                    yes     yes     yes        yes
            member                   hidden  hidden  hidden     hidden
            manager                  hidden  hidden  hidden     hidden
            admin                    hidden  hidden  hidden     hidden
            can_manage_chats         hidden  hidden  hidden     hidden
            outsider                 hidden  hidden  hidden     hidden
            anonymous                hidden  denied  denied     denied
            """),
        ("personal public", """
            who                      read    delete  delete_all merge_delete
            owner                    yes     yes     yes        yes
            member                   yes     hidden  hidden     denied
            can_manage_chats         yes     hidden  hidden     denied
            loner                    yes     hidden  hidden     denied
            anonymous                yes     denied  denied     denied
            """),
        ("organization", """
            who                      read    delete  delete_all merge_delete
            owner                    yes     yes     yes        yes
            member                   yes     hidden  hidden     denied
            manager                  yes     hidden  hidden     denied
            director                 yes     hidden  hidden     denied
            admin                    yes     yes     yes        yes
            can_manage_chats         yes     yes     yes        yes
            can_view_documents       yes     hidden  hidden     denied
            can_manage_documents     yes     hidden  hidden     denied
            can_manage_members       yes     hidden  hidden     denied
            can_manage_roles         yes     hidden  hidden     denied
            can_manage_organization  yes     hidden  hidden     denied
            can_view_audit           yes     hidden  hidden     denied
            left                     hidden  hidden  hidden     hidden
            outsider                 hidden  hidden  hidden     hidden
            rival                    hidden  hidden  hidden     hidden
            loner                    hidden  hidden  hidden     hidden
            operator                 hidden  hidden  hidden     hidden
            anonymous                hidden  denied  denied     denied
            """),
        ("organization public", """
            who                      read    delete  delete_all merge_delete
            owner                    yes     yes     yes        yes
            member                   yes     hidden  hidden     denied
            can_manage_chats         yes     yes     yes        yes
            left                     yes     hidden  hidden     denied
            rival                    yes     hidden  hidden     denied
            anonymous                yes     denied  denied     denied
            """),
        ("organization, chat of left", """
            who                      read    delete  delete_all merge_delete
            left                     hidden  hidden  hidden     hidden
            can_manage_chats         yes     yes     yes        yes
            """),
        ("organization public, chat of left", """
            who                      read    delete  delete_all merge_delete
            left                     yes     hidden  hidden     denied
            can_manage_chats         yes     yes     yes        yes
            """));

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

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("personal", """
            who                      itself  returning from_chat as_another as_nobody do_nothing merge
            owner                    yes     yes       yes       denied     denied    yes        yes
            member                   denied  denied    hidden    denied     denied    denied     denied
            manager                  denied  denied    hidden    denied     denied    denied     denied
            can_manage_chats         denied  denied    hidden    denied     denied    denied     denied
            outsider                 denied  denied    hidden    denied     denied    denied     denied
            anonymous                denied  denied    denied    denied     denied    denied     denied
            """),
        ("personal public", """
            who                      itself  returning from_chat as_another as_nobody do_nothing merge
            owner                    yes     yes       yes       denied     denied    yes        yes
            member                   denied  denied    denied    denied     denied    denied     denied
            loner                    denied  denied    denied    denied     denied    denied     denied
            anonymous                denied  denied    denied    denied     denied    denied     denied
            """),
        ("organization", """
            who                      itself  returning from_chat as_another as_nobody do_nothing merge
            owner                    yes     yes       yes       denied     denied    yes        yes
            member                   yes     yes       yes       denied     denied    yes        yes
            manager                  yes     yes       yes       denied     denied    yes        yes
            can_manage_chats         yes     yes       yes       denied     denied    yes        yes
            left                     denied  denied    hidden    denied     denied    denied     denied
            outsider                 denied  denied    hidden    denied     denied    denied     denied
            rival                    denied  denied    hidden    denied     denied    denied     denied
            operator                 denied  denied    hidden    denied     denied    denied     denied
            anonymous                denied  denied    denied    denied     denied    denied     denied
            """),
        ("organization public", """
            who                      itself  returning from_chat as_another as_nobody do_nothing merge
            member                   yes     yes       yes       denied     denied    yes        yes
            left                     denied  denied    denied    denied     denied    denied     denied
            rival                    denied  denied    denied    denied     denied    denied     denied
            """),
        ("organization public, chat of left", """
            who                      itself  returning from_chat as_another as_nobody do_nothing merge
            left                     denied  denied    denied    denied     denied    denied     denied
            member                   yes     yes       yes       denied     denied    yes        yes
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select t::text from public."Stream" t where "id" = [stream]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_open(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb], """select count(*) from public."Stream" """);
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        await Db.As(row.StartsWith("personal", StringComparison.Ordinal) ? People.Owner : "member");
        Db.Remember("stream", await Db.Ask<Guid>("""insert into public."Stream" ("chatId") values ([chat]) returning "id" """));
        await Rows.Left(Db, row, who);
    }
}
