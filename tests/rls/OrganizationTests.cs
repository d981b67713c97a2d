using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Organization" of access-rules.md. How it begins is in MembershipTests, how it ends with its last member in HandOverTests.</summary>
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
            admin                    yes     yes     yes        yes        yes     hidden  hidden     denied denied denied denied
            can_manage_organization  yes     yes     yes        yes        yes     hidden  hidden     denied denied denied denied
            colleagues               yes     hidden  hidden     hidden     denied  hidden  hidden     denied denied denied denied
            strangers                hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied denied denied
            anonymous                denied  denied  denied     denied     denied  denied  denied     denied denied denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select o::text from public."Organization" o where "id" = [Acme]""");
    }

    // By an operator's hand: no policy lets anybody delete an organization that they are no member of.
    [Fact]
    public async Task Deleting_another_organization_does_not_end_a_membership()
    {
        Db.Remember("Empty", Guid.NewGuid());
        await Rows.Forge(Db, "Organization", """insert into public."Organization" ("id", "name") values ([Empty], 'Empty')""");
        await Rows.Forge(Db, "Organization", """
            select set_config('auth.uid', [member], true);
            delete from public."Organization" where "id" = [Empty]
            """);
        Assert.Equal(["Acme"], await Db.As("member").List("""select "name" from public."Organization" """));
        Assert.Empty(await Db.AsRole("rlschat_backup").List("""select 1 from public."Organization" where "id" = [Empty]"""));
    }

    [Fact]
    public async Task It_is_not_deleted_while_another_member_is_left()
    {
        await FoundedByLoner();
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."User" set "organizationId" = [Solo], "roleId" = [member role], "joinedAt" = now() where "id" = [left]""");
        Assert.Equal(Outcome.Hidden, await Db.As("loner").Try("""delete from public."Organization" """));
    }

    [Fact]
    public async Task It_ends_with_its_last_member_and_no_other_ends_with_it()
    {
        await FoundedByLoner();
        await Db.AsRole("membership_definer").Make("empty", """insert into public."Organization" ("name") values ('empty')""");
        await Db.As("loner").Do("select public.leave_organization()");
        Assert.Equal(["empty"], await Db.AsRole("rlschat_backup").List("""select "name" from public."Organization" where "id" in ([Solo], [empty])"""));
    }

    [Fact]
    public async Task Its_last_member_without_can_manage_organization_does_not_delete_it()
    {
        await FoundedByLoner();
        await Db.AsRole("rlschat_owner").Do("""alter table public."User" disable trigger _300_last_member""");
        await Db.AsRole("rlschat_test_functions").Do("""update public."User" set "roleId" = [member role] where "id" = [loner]""");
        Assert.Equal(Outcome.Hidden, await Db.As("loner").Try("""delete from public."Organization" """));
    }

    [Fact]
    public async Task Grants_are_these() => Assert.Equal(
        "regular_user select *\nregular_user update name\nregular_user delete *",
        await Grants.On(Db, "Organization"));

    private async Task FoundedByLoner() => Db.Remember("Solo", await Db.As("loner").Ask<Guid>("select public.create_organization('Solo')"));
}
