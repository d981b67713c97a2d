using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Message" of access-rules.md: who sees, rewords and deletes one.</summary>
public sealed partial class MessageTests(DatabaseFixture fixture) : TransactionTest(fixture)
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
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            owner                    yes     yes     yes        yes     yes        yes          yes          yes
            member                   hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            manager                  hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            admin                    hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            can_manage_chats         hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            outsider                 hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            operator                 hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            anonymous                hidden  denied  denied     denied  denied     denied       denied       denied
            """),
        ("personal public", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            owner                    yes     yes     yes        yes     yes        yes          yes          yes
            member                   yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_chats         yes     hidden  hidden     hidden  hidden     denied       denied       denied
            loner                    yes     hidden  hidden     hidden  hidden     denied       denied       denied
            anonymous                yes     denied  denied     denied  denied     denied       denied       denied
            """),
        ("organization", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            owner                    yes     hidden  hidden     yes     yes        denied       yes          denied
            member                   yes     yes     yes        yes     yes        yes          yes          yes
            manager                  yes     hidden  hidden     hidden  hidden     denied       denied       denied
            director                 yes     hidden  hidden     hidden  hidden     denied       denied       denied
            admin                    yes     hidden  hidden     yes     yes        denied       yes          denied
            can_manage_chats         yes     hidden  hidden     yes     yes        denied       yes          denied
            can_view_documents       yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_documents     yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_members       yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_roles         yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_organization  yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_view_audit           yes     hidden  hidden     hidden  hidden     denied       denied       denied
            left                     hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            outsider                 hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            rival                    hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            loner                    hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            operator                 hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            anonymous                hidden  denied  denied     denied  denied     denied       denied       denied
            """),
        ("organization public", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            owner                    yes     hidden  hidden     yes     yes        denied       yes          denied
            member                   yes     yes     yes        yes     yes        yes          yes          yes
            manager                  yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_chats         yes     hidden  hidden     yes     yes        denied       yes          denied
            left                     yes     hidden  hidden     hidden  hidden     denied       denied       denied
            rival                    yes     hidden  hidden     hidden  hidden     denied       denied       denied
            anonymous                yes     denied  denied     denied  denied     denied       denied       denied
            """),
        ("organization, by one who left", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            left                     hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            owner                    yes     hidden  hidden     yes     yes        denied       yes          denied
            can_manage_chats         yes     hidden  hidden     yes     yes        denied       yes          denied
            """),
        ("organization public, by one who left", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            left                     yes     hidden  hidden     hidden  hidden     denied       denied       denied
            owner                    yes     hidden  hidden     yes     yes        denied       yes          denied
            """),
        ("organization, chat of one who left", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            left                     hidden  hidden  hidden     hidden  hidden     hidden       hidden       denied
            member                   yes     yes     yes        yes     yes        yes          yes          yes
            """),
        ("organization public, chat of one who left", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            left                     yes     hidden  hidden     hidden  hidden     denied       denied       denied
            member                   yes     yes     yes        yes     yes        yes          yes          yes
            """),
        // As it is left when an organization is dissolved: the chat is personal again, what others wrote is theirs.
        ("personal public, by member", """
            who                      read    reword  reword_all delete  delete_all merge_reword merge_delete upsert
            owner                    yes     hidden  hidden     yes     yes        denied       yes          denied
            member                   yes     hidden  hidden     hidden  hidden     denied       denied       denied
            can_manage_chats         yes     hidden  hidden     hidden  hidden     denied       denied       denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        if (verb == "upsert")
        {
            await Rows.Chat(Db, "personal", who == People.Anonymous ? People.Owner : who, "mine");
        }

        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select m::text from public."Message" m where "id" = [message]""");
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
