using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "General rules" and "Leaving, removal, account deletion" of access-rules.md, with two people acting at once on
/// real connections: what one of them alone may do, both together may not.
/// </summary>
[Attack]
[Collection(CommittingTests.Name)]
public sealed class MembershipRaceTests(DatabaseFixture fixture)
{
    private const string Leave = "select public.leave_organization()";
    private const string Delete = "select public.delete_account()";
    private const string BelowBen = "select public.set_member_manager([cy], [di])";
    private const string BelowCy = "select public.set_member_manager([di], [cy])";

    // What one of joining and ending says when the other came first.
    private static readonly string[] Ends = ["RC003", "RC004", "23503"];

    /// <summary>Two deeds of which one has to fail, and how it may.</summary>
    public static readonly TheoryData<string, string, string[]> OneOfTwo = new()
    {
        { Leave, Leave, ["RC003"] },
        { Leave, Delete, ["RC003"] },
        { Delete, Leave, ["RC003"] },
        { Delete, Delete, ["RC003"] },
        { BelowBen, BelowCy, ["RC006"] },
        { "select public.set_member_role([ben], [member role])", "select public.set_member_role([ana], [member role])", ["42501"] },
        { "select public.remove_member([ben])", "select public.set_member_role([cy], [admin role])", ["42501", "hidden"] },
    };

    [Theory]
    [MemberData(nameof(OneOfTwo))]
    public async Task Two_administrators_cannot_both(string ana, string ben, string[] errors)
    {
        for (var i = 0; i < 4; i++)
        {
            var world = await World.Of(fixture, "ana:admin", "ben:admin", "cy:member", "di:member");
            var race = new Race(fixture, world);
            var answers = i == 0 ? await race.InTurn(("ana", ana), ("ben", ben)) : await race.AtOnce(("ana", ana), ("ben", ben));
            if (errors.Contains("hidden"))
            {
                // Either the promotion came first, or it came to nothing.
                var promoted = await race.Alone<bool>("rlschat_backup", """select "roleId" = [admin role] from public."User" where "id" = [cy]""");
                Assert.True(i > 0 || !promoted);
            }
            else
            {
                Assert.Contains(Assert.Single(answers, a => a is not null), errors);
            }

            Assert.True(await race.Alone<bool>("rlschat_backup", """select exists (select from public."User" where "organizationId" = [Initech] and "roleId" = [admin role])"""));
        }
    }

    /// <summary>The functions lock the organization themselves; here only the trigger does.</summary>
    [Fact]
    public async Task Two_direct_updates_make_no_cycle_of_managers()
    {
        var race = new Race(fixture, await World.Of(fixture, "ana:admin", "cy:member", "di:member"));
        Assert.Equal(new[] { null, "RC006" }, await race.InTurn(
            ("rlschat_test_functions", """update public."User" set "managerId" = [di] where "id" = [cy]"""),
            ("rlschat_test_functions", """update public."User" set "managerId" = [cy] where "id" = [di]""")));
    }

    [Theory]
    [InlineData("Chat", true)]
    [InlineData("Chat", false)]
    [InlineData("Document", true)]
    [InlineData("Document", false)]
    public async Task A_member_removed_while_writing_owns_nothing_in_the_organization(string table, bool writesFirst)
    {
        var world = await World.Of(fixture, "ana:admin", "cy:member");
        var race = new Race(fixture, world);
        var write = ("cy", $"insert into public.\"{table}\" (\"title\", \"organizationId\") values ('late', [Initech])");
        var remove = ("ana", "select public.remove_member([cy])");
        var answers = writesFirst ? await race.InTurn(write, remove) : await race.InTurn(remove, write);

        Assert.Equal(writesFirst ? [null, null] : [null, "42501"], answers);
        Assert.Equal(writesFirst ? 1 : 0, await race.Alone<long>("rlschat_backup", $"""
            select count(*) from public."{table}" where "organizationId" = [Initech] and "userId" = [ana]
            """));
        Assert.Equal(0, await race.Alone<long>("rlschat_backup", $"""
            select count(*) from public."{table}" where "organizationId" = [Initech] and "userId" = [cy]
            """));
    }

    [Fact]
    public async Task One_invitation_is_accepted_once()
    {
        const string accept = "select public.accept_invitation('[one]')";
        for (var i = 0; i < 4; i++)
        {
            var world = await World.Of(fixture, "ana:admin", "cy:");
            var race = new Race(fixture, world);
            var token = await Invite(race);
            var sql = accept.Replace("[one]", token, StringComparison.Ordinal);
            var answers = i == 0 ? await race.InTurn(("cy", sql), ("cy", sql)) : await race.AtOnce(("cy", sql), ("cy", sql));
            Assert.Equal("RC004", Assert.Single(answers, a => a is not null));
        }
    }

    [Fact]
    public async Task Two_invitations_accepted_at_once_make_one_membership()
    {
        for (var i = 0; i < 4; i++)
        {
            var world = await World.Of(fixture, "ana:admin", "cy:");
            var first = await Invite(new Race(fixture, world));
            var other = await World.Of(fixture, "eve:admin");
            other["cy"] = world["cy"];
            var second = await Invite(new Race(fixture, other), "eve");
            var race = new Race(fixture, world);
            var acts = new[] { first, second }.Select(t => ("cy", $"select public.accept_invitation('{t}')")).ToArray();
            var answers = i == 0 ? await race.InTurn(acts[0], acts[1]) : await race.AtOnce(acts[0], acts[1]);
            Assert.Equal("RC002", Assert.Single(answers, a => a is not null));
        }
    }

    [Theory]
    [InlineData("""delete from public."Invitation" """)]
    [InlineData("select public.remove_member([ben])")]
    [InlineData("select public.set_member_role([ben], [member role])")]
    public async Task An_invitation_withdrawn_at_the_same_moment_is_not_accepted(string sql)
    {
        var race = new Race(fixture, await World.Of(fixture, "ana:admin", "ben:admin", "cy:"));
        var token = await Invite(race, "ben");
        Assert.Equal(new string?[] { null, "RC004" }, await race.InTurn(("ana", sql), ("cy", $"select public.accept_invitation('{token}')")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_joins_an_organization_that_ends(bool joinsFirst)
    {
        foreach (var end in new[] { Leave, Delete, """delete from public."Organization" """ })
        {
            var world = await World.Of(fixture, "ana:admin", "cy:");
            var race = new Race(fixture, world);
            var (join, ends) = (("cy", $"select public.accept_invitation('{await Invite(race)}')"), ("ana", end));
            var answers = joinsFirst ? await race.InTurn(join, ends) : await race.InTurn(ends, join);
            Assert.Contains(Assert.Single(answers, a => a is not null), Ends);
            Assert.True(await race.Alone<bool>("rlschat_backup",
                """select not exists (select from public."User" where "organizationId" = [Initech]) or exists (select from public."User" where "organizationId" = [Initech] and "roleId" = [admin role])"""));
        }
    }

    [Theory]
    [InlineData(Leave, Leave)]
    [InlineData(Leave, Delete)]
    [InlineData(Delete, Leave)]
    [InlineData(Delete, Delete)]
    public async Task Rows_of_two_people_who_leave_at_once_stay_with_a_member(string manager, string report)
    {
        for (var i = 0; i < 4; i++)
        {
            var world = await World.Of(fixture, "ana:admin", "ben:member", "cy:member");
            var race = new Race(fixture, world);
            await race.Alone<bool>("ana", "select public.set_member_manager([cy], [ben])");
            var chat = await race.Alone<Guid>("cy", """insert into public."Chat" ("title", "organizationId") values ('c', [Initech]) returning "id" """);
            var answers = i switch
            {
                0 => await race.InTurn(("ben", manager), ("cy", report)),
                1 => await race.InTurn(("cy", report), ("ben", manager)),
                _ => await race.AtOnce(("ben", manager), ("cy", report)),
            };
            Assert.Equal(new string?[] { null, null }, answers);
            Assert.Equal(world["Initech"], await race.Alone<Guid?>("rlschat_backup",
                $"""select u."organizationId" from public."Chat" c join public."User" u on u."id" = c."userId" where c."id" = '{chat}'"""));
        }
    }

    [Fact]
    public async Task Creating_two_organizations_at_once_creates_one()
    {
        var race = new Race(fixture, await World.Of(fixture, "cy:"));
        var name = Guid.NewGuid();
        var create = ("cy", $"select public.create_organization('{name}')");
        Assert.Equal(new[] { null, "RC002" }, await race.InTurn(create, create));
        Assert.Equal(1, await race.Alone<long>("rlschat_backup", $"""select count(*) from public."Organization" where "name" = '{name}'"""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_founds_an_organization_and_becomes_an_operator_at_the_same_moment(bool foundsFirst)
    {
        var race = new Race(fixture, await World.Of(fixture, "cy:"));
        var email = await race.Alone<string>("rlschat_backup", """select "email" from public."User" where "id" = [cy]""");
        var founds = ("cy", "select public.create_organization('of an operator')");
        var becomes = ("rlschat_test_functions", $"select app_private.grant_operator('{email}')");
        Assert.Equal(new[] { null, "RC011" }, foundsFirst ? await race.InTurn(founds, becomes) : await race.InTurn(becomes, founds));
    }

    [Theory]
    [InlineData("ana", "select public.remove_member([cy])")]
    [InlineData("di", "select public.accept_invitation('[token]')")]
    [InlineData("cy", Delete)]
    public async Task Changes_of_members_wait_for_those_of_their_own_organization_and_of_no_other(string who, string sql)
    {
        var world = await World.Of(fixture, "ana:admin", "ben:member", "cy:member", "di:");
        var elsewhere = await World.Of(fixture, "eve:admin", "flo:member");
        (world["eve"], world["flo"]) = (elsewhere["eve"], elsewhere["flo"]);
        var race = new Race(fixture, world);
        var impatient = (who, "set local lock_timeout = '50ms'; " + sql.Replace("[token]", await Invite(race, "ana", "di"), StringComparison.Ordinal));
        const string Lingers = "select pg_sleep(0.5)";
        Assert.Equal(new[] { null, "55P03" }, await race.InTurn(("ana", "select public.set_member_manager([ben], [ana])"), impatient, then: Lingers));
        Assert.Equal(new string?[] { null, null }, await race.InTurn(("eve", "select public.set_member_manager([flo], [eve])"), impatient, then: Lingers));
    }

    // Organization, then person: whoever locked the person first would wait here for who waits for them.
    [Theory]
    [InlineData(Leave)]
    [InlineData(Delete)]
    public async Task Leaving_waits_for_the_organization_and_blocks_nobody_meanwhile(string leave)
    {
        var race = new Race(fixture, await World.Of(fixture, "ana:admin", "cy:member", "di:member"));
        Assert.Equal(new string?[] { null, null }, await race.InTurn(
            ("ana", "select public.set_member_manager([di], [ana])"), ("cy", leave), then: "select public.set_member_manager([cy], [ana])"));
        Assert.Null(await race.Alone<Guid?>("rlschat_backup", """select "organizationId" from public."User" where "id" = [cy]"""));
    }

    private static async Task<string> Invite(Race race, string who = "ana", string whom = "cy")
    {
        var token = Guid.NewGuid().ToString("N");
        var email = await race.Alone<string>("rlschat_backup", $"""select "email" from public."User" where "id" = [{whom}]""");
        await race.Alone<Guid>(who, $"select public.invite_member('{email}', [member role], sha256('{token}'))");
        return token;
    }
}
