using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Document" of access-rules.md: who sees, makes and deletes one.</summary>
public sealed partial class DocumentTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // A new version: as a statement says it, copied from what one sees, and in the other ways to insert.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Document" where "id" = [document]""",
        ["delete"] = """delete from public."Document" where "id" = [document]""",
        ["delete_all"] = """delete from public."Document" """,
        ["merge_delete"] = """merge into public."Document" d using (select [document]::uuid as id) s on d."id" = s.id when matched then delete""",
        ["version"] = """insert into public."Document" ("id", "createdAt", "title", "organizationId") values ([document], [later], 'new', nullif([organization], '')::uuid)""",
        ["from_version"] = """insert into public."Document" ("id", "createdAt", "title", "organizationId") select d."id", [later], 'new', d."organizationId" from public."Document" d where d."id" = [document]""",
        ["do_nothing"] = """insert into public."Document" ("id", "createdAt", "title", "organizationId") values ([document], [later], 'new', nullif([organization], '')::uuid) on conflict ("id", "createdAt") do nothing""",
        ["merge"] = """merge into public."Document" d using (select [document]::uuid as id) s on d."id" = s.id and d."createdAt" = [later] when not matched then insert ("id", "createdAt", "title", "organizationId") values (s.id, [later], 'new', nullif([organization], '')::uuid)""",
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal", """
            who                      read    delete  delete_all merge_delete version from_version do_nothing merge
            owner                    yes     yes     yes        yes          yes     yes          yes        yes
            member                   hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            manager                  hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            director                 hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            admin                    hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            can_view_documents       hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            can_manage_documents     hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            outsider                 hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            loner                    hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            operator                 hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            anonymous                denied  denied  denied     denied       denied  denied       denied     denied
            """),
        ("organization", """
            who                      read    delete  delete_all merge_delete version from_version do_nothing merge
            owner                    yes     yes     yes        yes          yes     yes          yes        yes
            member                   hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            manager                  yes     hidden  hidden     denied       denied  denied       denied     denied
            director                 yes     hidden  hidden     denied       denied  denied       denied     denied
            admin                    yes     yes     yes        yes          denied  denied       denied     denied
            can_view_documents       yes     hidden  hidden     denied       denied  denied       denied     denied
            can_manage_documents     yes     yes     yes        yes          denied  denied       denied     denied
            can_manage_chats         hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            can_manage_members       hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            can_manage_roles         hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            can_manage_organization  hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            can_view_audit           hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            left                     hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            outsider                 hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            rival                    hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            loner                    hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            operator                 hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            anonymous                denied  denied  denied     denied       denied  denied       denied     denied
            """),
        ("organization, of left", """
            who                      read    delete  delete_all merge_delete version from_version do_nothing merge
            left                     hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            member                   hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            manager                  hidden  hidden  hidden     hidden       denied  hidden       denied     denied
            admin                    yes     yes     yes        yes          denied  denied       denied     denied
            can_view_documents       yes     hidden  hidden     denied       denied  denied       denied     denied
            can_manage_documents     yes     yes     yes        yes          denied  denied       denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select d::text from public."Document" d where "id" = [document] order by "createdAt" """);
    }

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["personal"] = """insert into public."Document" ("title") values ('new')""",
        ["in_own_organization"] = """insert into public."Document" ("title", "organizationId") values ('new', auth.organization_id())""",
        ["in_Acme"] = """insert into public."Document" ("title", "organizationId") values ('new', [Acme])""",
        ["as_another"] = """insert into public."Document" ("title", "userId") values ('new', [another])""",
        ["returning"] = """insert into public."Document" ("title", "organizationId") values ('new', auth.organization_id()) returning *""",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("a new document", """
            who                      personal in_own_organization in_Acme as_another returning
            owner                    yes      yes                 yes     denied     yes
            manager                  yes      yes                 yes     denied     yes
            admin                    yes      yes                 yes     denied     yes
            can_view_documents       yes      yes                 yes     denied     yes
            can_manage_documents     yes      yes                 yes     denied     yes
            left                     yes      yes                 denied  denied     yes
            outsider                 yes      yes                 denied  denied     yes
            loner                    yes      yes                 denied  denied     yes
            anonymous                denied   denied              denied  denied     denied
            """));

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        await Rows.Left(Db, row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb], """select count(*) from public."Document" """);
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Document(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        Db.Remember("later", new DateTime(2100, 1, 1));
        Db.Remember("organization", row == "personal" ? "" : Fixture.World["Acme"]);
        await Rows.Left(Db, row, who);
    }
}
