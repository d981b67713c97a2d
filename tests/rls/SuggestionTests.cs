using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Suggestion" of access-rules.md: who sees, rewords, resolves and deletes one.</summary>
public sealed partial class SuggestionTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Suggestion" where "id" = [suggestion]""",
        ["reword"] = """update public."Suggestion" set "suggestedText" = 'new' where "id" = [suggestion] returning "id" """,
        ["reword_all"] = """update public."Suggestion" set "suggestedText" = 'new'""",
        ["describe"] = """update public."Suggestion" set "description" = 'new' where "id" = [suggestion]""",
        ["resolve"] = """update public."Suggestion" set "isResolved" = true where "id" = [suggestion] returning "id" """,
        ["resolve_all"] = """update public."Suggestion" set "isResolved" = true""",
        ["both"] = """update public."Suggestion" set "isResolved" = true, "suggestedText" = 'new'""",
        ["delete"] = """delete from public."Suggestion" where "id" = [suggestion] returning "id" """,
        ["delete_all"] = """delete from public."Suggestion" """,
        ["merge_reword"] = """merge into public."Suggestion" t using (select [suggestion]::uuid as id) s on t."id" = s.id when matched then update set "suggestedText" = 'new'""",
        ["merge_delete"] = """merge into public."Suggestion" t using (select [suggestion]::uuid as id) s on t."id" = s.id when matched then delete""",
        ["upsert"] = """insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText") values ([suggestion], [mine], [mine at], 'old', 'new') on conflict ("id") do update set "suggestedText" = excluded."suggestedText" """,
    };

    // The document is the owner's. Whose the suggestion is, the row says. An upsert hangs the new row on
    // a document of one's own.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal, by owner", """
            who                      read    reword  reword_all describe resolve resolve_all both    delete  delete_all merge_reword merge_delete upsert
            owner                    yes     yes     yes        yes      yes     yes         yes     yes     yes        yes          yes          yes
            member                   hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            manager                  hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            admin                    hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_view_documents       hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            outsider                 hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            anonymous                denied  denied  denied     denied   denied  denied      denied  denied  denied     denied       denied       denied
            """),
        ("organization, by can_view_documents", """
            who                      read    reword  reword_all describe resolve resolve_all both    delete  delete_all merge_reword merge_delete upsert
            owner                    yes     denied  denied     denied   yes     yes         denied  yes     yes        denied       yes          denied
            can_view_documents       yes     yes     yes        yes      denied  denied      denied  yes     yes        yes          yes          yes
            manager                  yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            director                 yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            admin                    yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            member                   hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_manage_documents     yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            can_manage_chats         hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_manage_members       hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_manage_roles         hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_manage_organization  hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_view_audit           hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            left                     hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            outsider                 hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            rival                    hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            loner                    hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            operator                 hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            anonymous                denied  denied  denied     denied   denied  denied      denied  denied  denied     denied       denied       denied
            """),
        ("organization, by owner", """
            who                      read    reword  reword_all describe resolve resolve_all both    delete  delete_all merge_reword merge_delete upsert
            owner                    yes     yes     yes        yes      yes     yes         yes     yes     yes        yes          yes          yes
            manager                  yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            can_view_documents       yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            """),
        // Who wrote it has left since; so has, in the last of these, whose the document is.
        ("organization, by manager", """
            who                      read    reword  reword_all describe resolve resolve_all both    delete  delete_all merge_reword merge_delete upsert
            manager                  hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            owner                    yes     denied  denied     denied   yes     yes         denied  yes     yes        denied       yes          denied
            """),
        ("organization, by left", """
            who                      read    reword  reword_all describe resolve resolve_all both    delete  delete_all merge_reword merge_delete upsert
            left                     hidden  hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     hidden       hidden       denied
            can_view_documents       yes     hidden  hidden     hidden   hidden  hidden      hidden  hidden  hidden     denied       denied       denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row);
        if (verb == "upsert")
        {
            await Rows.Document(Db, "personal", who == People.Anonymous ? People.Owner : who, "mine");
        }

        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select t::text from public."Suggestion" t where "id" = [suggestion]""");
    }

    private async Task Stand(string row)
    {
        var author = row[(row.LastIndexOf(' ') + 1)..];
        await Rows.Document(Db, row, author == "left" ? "left" : People.Owner);
        await Db.As(author);
        Db.Remember("suggestion", await Db.Ask<Guid>("""
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "description")
            values ([document], [document at], 'old', 'old', 'old') returning "id"
            """));
        if (author is "left" or "manager")
        {
            await Db.Leave(author);
        }
    }
}
