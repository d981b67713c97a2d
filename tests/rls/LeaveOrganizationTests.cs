using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls;

/// <summary>Leaving an organization that is named: that one, or nothing happens.</summary>
public sealed class LeaveOrganizationTests(Theatre theatre) : Drama(theatre)
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
        await Play.As(who);
        var before = await Play.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """);
        Assert.Equal(left, await Play.Ask<bool>($"select public.leave_organization([{organization}])"));
        if (left)
        {
            Assert.Equal([""], await Play.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """));
            Assert.False(await Play.Ask<bool>($"select public.leave_organization([{organization}])"));
        }
        else
        {
            Assert.Equal(before, await Play.List("""select concat("organizationId", "roleId", "managerId", "joinedAt") from public."User" """));
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
        await Play.As(who);
        await Play.Do($"select public.leave_organization([{organization}])");
        await Play.AsRole("rlschat_backup");
        Assert.Equal(locked.Except([""]), await Play.List(
            """select "name" from public."Organization" where xmax = pg_current_xact_id()::xid order by 1"""));
    }

    [Fact]
    public async Task Without_a_name_it_is_the_persons_own()
    {
        await Play.As("member");
        Assert.True(await Play.Ask<bool>("select public.leave_organization()"));
        Assert.Equal("RC009", await Play.Error("select public.leave_organization()"));
        Assert.Equal("RC009", await Play.Error("select public.leave_organization(null)"));
    }

    [Fact]
    public async Task The_last_administrator_stays_and_anonymous_leaves_nothing()
    {
        await Play.As("admin");
        Assert.Equal("RC003", await Play.Error("select public.leave_organization([Acme])"));
        await Play.As("anonymous");
        Assert.Equal(Outcome.Denied, await Play.Try("select public.leave_organization([Acme])"));
    }
}
