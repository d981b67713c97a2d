using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "User", can_manage_members, and "Organization" of access-rules.md: who founds, leaves, removes a colleague,
/// and sets a colleague's role and manager. What comes of it is in <see cref="HandOverTests"/>.
/// </summary>
public sealed class MembershipTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // "equal": a role that holds what can_manage_members holds; "more": one that they lack.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["remove"] = "select public.remove_member([target])",
        ["equal"] = "select public.set_member_role([target], [role of can_manage_members])",
        ["more"] = "select public.set_member_role([target], [role of can_view_audit])",
        ["top"] = "select public.set_member_role([target], [admin role])",
        ["operator"] = "select public.set_member_role([target], [operator role])",
        ["theirs"] = "select public.set_member_role([target], [theirs])",
        ["below"] = "select public.set_member_manager([target], [member])",
        ["loose"] = "select public.set_member_manager([target], null)",
        ["stranger"] = "select public.set_member_manager([target], [outsider])",
        ["found"] = "select public.create_organization('new')",
        ["leave"] = "select public.leave_organization()",
        ["leave_Acme"] = "select public.leave_organization([Acme])",
    };

    // RC012: no role of this organization; RC007: the manager is no colleague. Making somebody a manager needs can_view_documents too.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                   remove equal  more   top    operator theirs below  loose  stranger
        owner:
          admin               yes    yes    yes    yes    denied   RC012  yes    yes    RC007
          can_manage_members  yes    yes    denied denied denied   RC012  denied yes    denied
          colleagues          denied denied denied denied denied   denied denied denied denied
          strangers           hidden hidden hidden hidden hidden   hidden hidden hidden hidden
          anonymous           denied denied denied denied denied   denied denied denied denied
        who                   remove equal  more   top    operator below  loose  stranger
        owner, by one who may view documents too:
          member              yes    yes    denied denied denied   yes    yes    RC007
        who                   remove equal  below
        can_view_documents:
          admin               yes    yes    yes
          can_manage_members  denied denied denied
        who                   remove equal  more   below
        admin:
          admin               denied denied denied denied
          can_manage_members  denied denied denied denied
        who                   remove equal  top    below  loose
        outsider:
          rival               yes    RC012  yes    RC007  yes
          admin               hidden hidden hidden hidden hidden
          can_manage_members  hidden hidden hidden hidden hidden
        who                   remove equal  top    below
        loner:
          admin               hidden hidden hidden hidden
        """);

    // RC002: already in one; RC003: the last administrator; RC009: in none; RC011: an operator.
    public static readonly TheoryData<string, string, string, string> Own = Matrix.Of(
        ("their own", """
            who         found   leave   leave_Acme
            admin       RC002   RC003   RC003
            colleagues  RC002   yes     yes
            outsider    RC002   yes     hidden
            rival       RC002   RC003   hidden
            operator    RC011   RC009   hidden
            strangers   yes     RC009   hidden
            anonymous   denied  denied  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    [MemberData(nameof(Own))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        if (Fixture.World.Knows(row.Split(',')[0]))
        {
            Db.Remember("target", Fixture.World[row.Split(',')[0]]);
        }

        if (row.EndsWith("documents too", StringComparison.Ordinal))
        {
            await Db.As("admin").Make("both", """
                insert into public."Role" ("name", "permissions", "organizationId")
                values ('both', '{"can_manage_members": true, "can_view_documents": true}', [Acme])
                """);
            await Db.Do("select public.set_member_role([member], [both])");
        }

        await Db.As("rival").Make("theirs", """insert into public."Role" ("name", "organizationId") values ('theirs', [Globex])""");

        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select u::text from public."User" u order by "id" """);
    }

    [Fact]
    public async Task The_founder_of_an_organization_becomes_its_administrator()
    {
        Db.Remember("Solo", await Db.As("loner").Ask<Guid>("select public.create_organization('Solo')"));
        Assert.Equal(["true"], await Db.List(
            """
            select ("organizationId" = [Solo] and "roleId" = [admin role] and "joinedAt" is not null)::text
            from public."User"
            """));
        Assert.Equal(["Solo"], await Db.List("""select "name" from public."Organization" """));
    }

    // The trigger says it again, for whatever arrives by another way than the functions.
    [Fact]
    public async Task Nobody_holds_the_role_of_another_organization_or_has_a_manager_there_whoever_writes_it()
    {
        await Db.As("rival").Make("theirs", """insert into public."Role" ("name", "organizationId") values ('theirs', [Globex])""");
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("RC012", await Db.Error("""update public."User" set "roleId" = [theirs] where "id" = [owner]"""));
        Assert.Equal("RC012", await Db.Error("""update public."User" set "organizationId" = [Globex], "managerId" = null where "id" = [can_view_audit]"""));
        Assert.Equal("RC007", await Db.Error("""update public."User" set "managerId" = [rival] where "id" = [owner]"""));
        Assert.Null(await Db.Error("""update public."User" set "roleId" = [theirs], "managerId" = [rival] where "id" = [outsider]"""));
    }

    [Fact]
    public async Task Without_an_identity_regular_user_changes_no_membership()
    {
        Assert.Equal("42501", await Db.AsRole("regular_user").Error("select public.create_organization('x')"));
        Assert.Equal("42501", await Db.Error("select public.accept_invitation('owner')"));
        Assert.False(await Db.Ask<bool>("select public.remove_member([owner])"));
        Assert.False(await Db.Ask<bool>("select public.set_member_role([owner], [admin role])"));
        Assert.False(await Db.Ask<bool>("select public.set_member_manager([owner], [member])"));
        Assert.NotNull(await Db.Error("select public.leave_organization()"));
    }

    [Theory]
    [InlineData("[owner]", "[owner]")]
    [InlineData("[director]", "[owner]")]
    [InlineData("[manager]", "[owner]")]
    public async Task Nobody_is_above_themselves(string person, string manager)
    {
        Assert.Equal("RC006", await Db.As("admin").Error($"select public.set_member_manager({person}, {manager})"));
        Assert.Null(await Db.Error($"select public.set_member_manager({person}, [member])"));
    }

    [Theory]
    [InlineData("member", "Acme", true)]
    [InlineData("can_manage_members", "Acme", true)]
    [InlineData("outsider", "Globex", true)]
    [InlineData("member", "Globex", false)]
    [InlineData("outsider", "Acme", false)]
    [InlineData("loner", "Acme", false)]
    [InlineData("operator", "Acme", false)]
    public async Task People_leave_only_their_own_organization(string who, string organization, bool left)
    {
        var before = await Db.As(who).List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """);
        Assert.Equal(left, await Db.Ask<bool>($"select public.leave_organization([{organization}])"));
        if (left)
        {
            Assert.Equal([""], await Db.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """));
            Assert.False(await Db.Ask<bool>($"select public.leave_organization([{organization}])"));
        }
        else
        {
            Assert.Equal(before, await Db.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """));
        }
    }

    // A row that a transaction has locked says so in "xmax".
    [Theory]
    [InlineData("member", "Globex", "")]
    [InlineData("outsider", "Acme", "")]
    [InlineData("loner", "Acme", "")]
    [InlineData("member", "Acme", "Acme")]
    public async Task Leaving_an_organization_of_others_locks_none(string who, string organization, params string[] locked)
    {
        await Db.As(who).Do($"select public.leave_organization([{organization}])");
        Assert.Equal(locked.Except([""]), await Db.AsRole("rlschat_backup").List(
            """select "name" from public."Organization" where xmax = pg_current_xact_id()::xid order by 1"""));
    }

    [Fact]
    public async Task Without_an_argument_people_leave_their_own_organization()
    {
        Assert.True(await Db.As("member").Ask<bool>("select public.leave_organization()"));
        Assert.Equal("RC009", await Db.Error("select public.leave_organization()"));
        Assert.Equal("RC009", await Db.Error("select public.leave_organization(null)"));
    }
}
