using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>Leaving an organization that is named: that one, or nothing happens.</summary>
public sealed class LeaveOrganizationTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    [Theory]
    [InlineData("member", "Acme", true)]
    [InlineData("can_manage_members", "Acme", true)]
    [InlineData("outsider", "Globex", true)]
    [InlineData("member", "Globex", false)]
    [InlineData("outsider", "Acme", false)]
    [InlineData("loner", "Acme", false)]
    [InlineData("operator", "Acme", false)]
    public async Task Only_ones_own_is_left(string who, string organization, bool left)
    {
        await Db.As(who);
        var before = await Db.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """);
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
    public async Task Whoever_leaves_nothing_locks_nobodys_organization(string who, string organization, params string[] locked)
    {
        await Db.As(who);
        await Db.Do($"select public.leave_organization([{organization}])");
        await Db.AsRole("rlschat_backup");
        Assert.Equal(locked.Except([""]), await Db.List(
            """select "name" from public."Organization" where xmax = pg_current_xact_id()::xid order by 1"""));
    }

    [Fact]
    public async Task Without_a_name_it_is_the_persons_own()
    {
        await Db.As("member");
        Assert.True(await Db.Ask<bool>("select public.leave_organization()"));
        Assert.Equal("RC009", await Db.Error("select public.leave_organization()"));
        Assert.Equal("RC009", await Db.Error("select public.leave_organization(null)"));
    }

    [Fact]
    public async Task The_last_administrator_stays_and_anonymous_leaves_nothing()
    {
        await Db.As("admin");
        Assert.Equal("RC003", await Db.Error("select public.leave_organization([Acme])"));
        await Db.As("anonymous");
        Assert.Equal(Outcome.Denied, await Db.Try("select public.leave_organization([Acme])"));
    }
}
