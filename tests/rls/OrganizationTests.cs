using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Organization" of access-rules.md. How it comes, and ends with its last member, is in MembershipTests.</summary>
public sealed class OrganizationTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Organization" where "id" = [Acme]""",
        ["rename"] = """update public."Organization" set "name" = 'new' where "id" = [Acme]""",
        ["rename_all"] = """update public."Organization" set "name" = 'new'""",
        ["rename_ret"] = """update public."Organization" set "name" = 'new' where "id" = [Acme] returning *""",
        ["merge"] = """merge into public."Organization" o using (values (1)) v on o."id" = [Acme] when matched then update set "name" = 'new'""",
        ["delete"] = """delete from public."Organization" where "id" = [Acme]""",
        ["delete_all"] = """delete from public."Organization" """,
        ["date"] = """update public."Organization" set "createdAt" = '2000-01-01' where "id" = [Acme]""",
        ["insert"] = """insert into public."Organization" ("name") values ('new')""",
        ["upsert"] = """insert into public."Organization" ("id", "name") values ([Acme], 'new') on conflict ("id") do update set "name" = 'new'""",
        ["truncate"] = """truncate public."Organization" cascade""",
    };

    // merge: a row that they see and may not change is denied; one that they do not see, hidden.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("Acme", """
            who                      read    rename  rename_all rename_ret merge   delete  delete_all date   insert upsert truncate
            member                   yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            manager                  yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            admin                    yes     yes     yes        yes        yes     hidden  hidden     denied denied denied denied
            can_view_documents       yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            can_manage_documents     yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            can_manage_chats         yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            can_manage_members       yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            can_manage_roles         yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            can_manage_organization  yes     yes     yes        yes        yes     hidden  hidden     denied denied denied denied
            can_view_audit           yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            left                     hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied denied denied
            outsider                 hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied denied denied
            rival                    hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied denied denied
            loner                    hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied denied denied
            operator                 hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied denied denied
            anonymous                denied  denied  denied     denied     denied  denied  denied     denied denied denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        if (who == "left")
        {
            await Db.Leave("left");
        }

        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select o::text from public."Organization" o where "id" = [Acme]""");
    }

    [Fact]
    public async Task Everyone_sees_their_organization_and_no_other()
    {
        foreach (var (who, organization) in People.All)
        {
            await Db.As(who);
            string[] expected = organization is null ? [] : [organization];
            Assert.Equal(expected, await Db.List("""select "name" from public."Organization" """));
        }
    }

    [Fact]
    public async Task The_last_member_who_may_manage_it_deletes_it_and_its_rows_go_back_to_their_owners()
    {
        await FoundedByLoner();
        await Db.As("loner");
        Assert.Equal(1, await Db.Do("""delete from public."Organization" """));

        Assert.Equal(["private "], await Db.List("""select "visibility" || ' ' || coalesce("organizationId"::text, '') from public."Chat" where "id" = [chat]"""));
        Assert.Equal([""], await Db.List("""select "organizationId" from public."Document" where "id" = [document]"""));
        Assert.Equal([" "], await Db.List("""select concat("organizationId", ' ', "roleId") from public."User" """));
        await Db.AsRole("rlschat_backup");
        Assert.Empty(await Db.List("""select "name" from public."Role" where "organizationId" = [Solo]"""));
    }

    // By an operator's hand: no policy lets anybody delete an organization that they are no member of.
    [Fact]
    public async Task Who_deletes_another_organization_stays_in_their_own()
    {
        Db.Remember("Empty", Guid.NewGuid());
        await Rows.Forge(Db, "Organization", """insert into public."Organization" ("id", "name") values ([Empty], 'Empty')""");
        await Rows.Forge(Db, "Organization", """
            select set_config('auth.uid', [member], true);
            delete from public."Organization" where "id" = [Empty]
            """);
        await Db.As("member");
        Assert.Equal(["Acme"], await Db.List("""select "name" from public."Organization" """));
        await Db.AsRole("rlschat_backup");
        Assert.Empty(await Db.List("""select 1 from public."Organization" where "id" = [Empty]"""));
    }

    [Fact]
    public async Task It_is_not_deleted_while_another_member_is_left()
    {
        await FoundedByLoner();
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = [Solo], "roleId" = [member role], "joinedAt" = now() where "id" = [left]""");
        await Db.As("loner");
        Assert.Equal(Outcome.Hidden, await Db.Try("""delete from public."Organization" """));
    }

    [Fact]
    public async Task Its_last_member_without_can_manage_organization_does_not_delete_it()
    {
        await FoundedByLoner();
        await Db.AsRole("rlschat_owner");
        await Db.Do("""alter table public."User" disable trigger _300_last_member""");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "roleId" = [member role] where "id" = [loner]""");
        await Db.As("loner");
        Assert.Equal(Outcome.Hidden, await Db.Try("""delete from public."Organization" """));
    }

    [Fact]
    public async Task Grants_are_these() => Assert.Equal(
        "regular_user select *\nregular_user update name\nregular_user delete *",
        await Grants.On(Db, "Organization"));

    private async Task FoundedByLoner()
    {
        await Db.As("loner");
        Db.Remember("Solo", await Db.Ask<Guid>("select public.create_organization('Solo')"));
        await Db.Do("""insert into public."Role" ("name", "organizationId") values ('clerk', [Solo])""");
        Db.Remember("chat", await Db.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Solo]) returning "id" """));
        Db.Remember("document", await Db.Ask<Guid>("""insert into public."Document" ("title", "organizationId") values ('d', [Solo]) returning "id" """));
    }
}
