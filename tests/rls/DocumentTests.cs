using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Document" of access-rules.md.</summary>
public sealed class DocumentTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Hijack = """insert into public."Document" ("id", "createdAt", "title") values ([document], [later], 'mine')""";
    private const string Titles = """select "title" from public."Document" """;

    // "hijack": a personal document of one's own under an id that is taken; 23P01: its versions would be of two organizations.
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
        ["hijack"] = Hijack,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                     read   delete delete_all merge_delete version from_version do_nothing merge  hijack
        personal:
          owner                 yes    yes    yes        yes          yes     yes          yes        yes    yes
          others                hidden hidden hidden     hidden       denied  hidden       denied     denied denied
          anonymous             denied denied denied     denied       denied  denied       denied     denied denied
        organization:
          owner                 yes    yes    yes        yes          yes     yes          yes        yes    23P01
          manager               yes    hidden hidden     denied       denied  denied       denied     denied denied
          director              yes    hidden hidden     denied       denied  denied       denied     denied denied
          admin                 yes    yes    yes        yes          denied  denied       denied     denied denied
          can_view_documents    yes    hidden hidden     denied       denied  denied       denied     denied denied
          can_manage_documents  yes    yes    yes        yes          denied  denied       denied     denied denied
          others                hidden hidden hidden     hidden       denied  hidden       denied     denied denied
          anonymous             denied denied denied     denied       denied  denied       denied     denied denied
        organization, of left:
          admin                 yes    yes    yes        yes          denied  denied       denied     denied denied
          can_view_documents    yes    hidden hidden     denied       denied  denied       denied     denied denied
          can_manage_documents  yes    yes    yes        yes          denied  denied       denied     denied denied
          left                  hidden hidden hidden     hidden       denied  hidden       denied     denied 23P01
          others                hidden hidden hidden     hidden       denied  hidden       denied     denied denied
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verbs, expected, Verbs,
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
            who         personal in_own_organization in_Acme as_another returning
            colleagues  yes      yes                 yes     denied     yes
            strangers   yes      yes                 denied  denied     yes
            anonymous   denied   denied              denied  denied     denied
            """));

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);
        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select count(*) from public."Document" """);
    }

    [Fact]
    public async Task Versions_of_one_document_are_of_one_organization()
    {
        await Stand("organization");
        await Rows.Document(Db, "personal", People.Owner);
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, await Db.Error(Verbs["version"]));
    }

    [Fact]
    public async Task A_document_whose_versions_are_all_gone_leaves_its_id_free()
    {
        await Stand("personal");
        await Db.As(People.Owner).Do(Verbs["delete"]);
        Assert.Equal(Outcome.Yes, await Db.As("member").Try(Hijack));
    }

    [Fact]
    public async Task Deferring_the_check_lets_nobody_in()
    {
        await Stand("organization");
        await Db.Do("set constraints all deferred");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Db.As("member").Error(Hijack));
        await Db.As(People.Owner).Do(Hijack);
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, await Db.Error("set constraints all immediate"));
    }

    [Fact]
    public async Task Nobody_updates_a_document()
    {
        await Stand("organization");
        await Expect.NobodyMay(Db,
            """merge into public."Document" d using (select [document]::uuid as id) s on d."id" = s.id when matched then update set "title" = 'new'""",
            """insert into public."Document" ("id", "createdAt", "title") values ([document], [document at], 'new') on conflict ("id", "createdAt") do update set "title" = excluded."title" """,
            """select 1 from public."Document" for update""",
            """truncate public."Document" cascade""");
    }

    [Fact]
    public async Task A_version_is_there_once()
    {
        await Stand("personal");
        var again = Verbs["version"].Replace("[later]", "[document at]", StringComparison.Ordinal);
        Assert.Equal(PostgresErrorCodes.UniqueViolation, await Db.As(People.Owner).Error(again));
        Assert.Equal(Outcome.Hidden, await Db.Try($"{again} on conflict (\"id\", \"createdAt\") do nothing"));
        await Db.As("member");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Db.Error($"{again} on conflict (\"id\", \"createdAt\") do nothing"));
    }

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        regular_user select *
        regular_user insert content, createdAt, id, organizationId, text, title, userId
        regular_user delete *
        """,
        await Grants.On(Db, "Document"));

    [Fact]
    public async Task A_manager_who_leaves_sees_nothing_of_their_reports_and_who_is_above_still_does()
    {
        await Stand("organization");
        Assert.Equal(["organization"], await Db.As("manager").List(Titles));
        await Db.Do("select public.leave_organization()");
        Assert.Equal([], await Db.List(Titles));
        Assert.Equal(["organization"], await Db.As("director").List(Titles));
    }

    [Fact]
    public async Task A_manager_who_left_sees_nothing_even_if_their_reports_still_name_them()
    {
        await Stand("organization");
        await Db.Leave("manager");
        Assert.Equal([], await Db.As("manager").List(Titles));

        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = [Globex], "roleId" = [member role], "joinedAt" = now() where "id" = [manager]""");
        Assert.Equal([], await Db.As("manager").List(Titles));
        Assert.Equal([], await Db.List("select unnest(auth.report_ids())"));
    }

    // No function lets a manager and their report part like this; an operator's hand may.
    [Fact]
    public async Task A_chain_that_leads_through_another_organization_ends_there()
    {
        await Stand("organization");
        Assert.Equal(["organization"], await Db.As("director").List(Titles));
        await Db.AsRole("rlschat_owner").Do("""alter table public."User" disable trigger _200_membership""");
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "organizationId" = [Globex] where "id" = [manager]""");
        foreach (var who in new[] { "director", "manager" })
        {
            Assert.Equal([], await Db.As(who).List(Titles));
        }
    }

    [Fact]
    public async Task Documents_of_a_former_member_belong_to_their_manager()
    {
        await Stand("organization");
        await Rows.Document(Db, "personal", People.Owner, "diary");
        await Db.As(People.Owner).Do(Verbs["version"]);
        await Db.Do("select public.leave_organization()");
        Assert.Equal(["personal"], await Db.List(Titles));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete"]));
        Assert.Equal(Outcome.Denied, await Db.Try(Hijack.Replace("[later]", "'2101-01-01'", StringComparison.Ordinal)));
        Assert.Equal(2, await Db.As("manager").Do(Verbs["delete"]));
    }

    [Theory]
    [InlineData("can_view_documents")]
    [InlineData("can_manage_documents")]
    public async Task Losing_the_permission_hides_the_documents(string who)
    {
        await Stand("organization");
        Assert.Equal(["organization"], await Db.As(who).List(Titles));
        await Db.As("admin").Do($$"""update public."Role" set "permissions" = '{}' where "id" = [role of {{who}}]""");
        Assert.Equal([], await Db.As(who).List(Titles));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Document(Db, row, row.EndsWith("left", StringComparison.Ordinal) ? "left" : People.Owner);
        Db.Remember("later", new DateTime(2100, 1, 1));
        Db.Remember("organization", row == "personal" ? "" : Fixture.World["Acme"]);
        await Rows.Left(Db, row, who);
    }
}
