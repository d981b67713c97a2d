using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Invitation", invited, of access-rules.md: who accepts, once, and only while it is still the inviter's to give.</summary>
public sealed class InvitationAcceptTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Accept = "select public.accept_invitation('secret')";

    /// <summary>What has happened since the invitation, to the role that wrote it, and what accepting then says.</summary>
    public static readonly TheoryData<string, string, string, string?> Cases = new()
    {
        { "nothing has happened", "", "", null },
        { "the case of the address differs", "rlschat_test_functions", """update public."User" set "email" = 'LONER@Test' where "id" = [loner]""", null },
        { "the address is not verified", "rlschat_test_functions", """update public."User" set "emailVerified" = null where "id" = [loner]""", "RC004" },
        { "the verified address is another", "rlschat_test_functions", """update public."User" set "email" = 'other@test' where "id" = [loner]""", "RC004" },
        { "it is past its end", "can_manage_members", """delete from public."Invitation"; insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "expires") values ([Acme], 'loner@test', [clerk], sha256('secret'), now() at time zone 'utc' - interval '1 s')""", "RC004" },
        { "its end is near", "can_manage_members", """delete from public."Invitation"; insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "expires") values ([Acme], 'loner@test', [clerk], sha256('secret'), now() at time zone 'utc' + interval '1 s')""", null },
        { "it was withdrawn", "admin", """delete from public."Invitation" """, "RC004" },
        { "the inviter was demoted", "admin", "select public.set_member_role([can_manage_members], [member role])", "RC004" },
        { "the inviter was promoted", "admin", "select public.set_member_role([can_manage_members], [admin role])", null },
        { "the inviter was removed", "admin", "select public.remove_member([can_manage_members])", "RC004" },
        { "the inviter's role lost the permission", "admin", """update public."Role" set "permissions" = '{}' where "id" = [role of can_manage_members]""", "RC004" },
        { "the inviter's permission is false", "admin", """update public."Role" set "permissions" = '{"can_manage_members": false}' where "id" = [role of can_manage_members]""", "RC004" },
        { "the role now exceeds the inviter", "admin", """update public."Role" set "permissions" = '{"can_view_audit": true}' where "id" = [clerk]""", "RC004" },
        { "the role now holds what the inviter holds", "admin", """update public."Role" set "permissions" = '{"can_manage_members": true}' where "id" = [clerk]""", null },
        { "the role was deleted", "admin", """delete from public."Role" where "id" = [clerk]""", "RC004" },
        { "the inviter manages members elsewhere", "rlschat_test_functions", """update public."User" set "organizationId" = [Globex], "roleId" = [admin role] where "id" = [can_manage_members]""", "RC004" },
        { "the invited has joined another", "rlschat_test_functions", """update public."User" set "organizationId" = [Globex], "roleId" = [member role], "joinedAt" = now() where "id" = [loner]""", "RC002" },
        { "the invited has become an operator", "rlschat_test_functions", """update public."User" set "roleId" = [operator role] where "id" = [loner]""", "RC011" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_invited_accepts_only_while_it_stands(string since, string by, string sql, string? error)
    {
        Assert.NotEmpty(since);
        if (sql != "")
        {
            await (Fixture.World.Knows(by) ? Db.As(by) : Db.AsRole(by));
            await Db.Do(sql);
        }

        await Db.As("loner");
        Assert.Equal(error, await Db.Error(Accept));
    }

    [Fact]
    public async Task Accepting_makes_a_member_in_the_invited_role_once()
    {
        await Db.As("loner");
        Assert.Equal(Fixture.World["Acme"], await Db.Ask<Guid>(Accept));
        Assert.Equal(["true"], await Db.List(
            """
            select ("organizationId" = [Acme] and "roleId" = [clerk] and "joinedAt" is not null and "managerId" is null)::text
            from public."User"
            """));

        await Db.Do("select public.leave_organization()");
        Assert.Equal("RC004", await Db.Error(Accept));
    }

    [Theory]
    [InlineData("left")]
    [InlineData("outsider")]
    [InlineData("member")]
    [InlineData("can_manage_members")]
    [InlineData("operator")]
    public async Task The_token_is_of_no_use_to_anybody_else(string who)
    {
        await Db.Leave("left");
        await Db.As(who);
        Assert.Equal("RC004", await Db.Error(Accept));
    }

    [Fact]
    public async Task Only_the_token_accepts_and_only_signed_in()
    {
        await Db.As("loner");
        Assert.Equal("RC004", await Db.Error("select public.accept_invitation('guess')"));
        Assert.Equal("RC004", await Db.Error("select public.accept_invitation('')"));
        Assert.Equal("RC004", await Db.Error("select public.accept_invitation(encode(sha256('secret'), 'hex'))"));
        await Db.As(People.Anonymous);
        Assert.Equal("42501", await Db.Error(Accept));
    }

    [Fact]
    public async Task A_member_who_is_invited_elsewhere_stays_where_they_are()
    {
        await Db.As("rival");
        await Db.Do("select public.invite_member('member@test', [member role], sha256('come over'))");
        await Db.As("member");
        Assert.Equal("RC002", await Db.Error("select public.accept_invitation('come over')"));
    }

    protected override async Task Prepare()
    {
        await Db.As("admin");
        Db.Remember("clerk", await Db.Ask<Guid>("""insert into public."Role" ("name", "organizationId") values ('clerk', [Acme]) returning "id" """));
        await Db.As("can_manage_members");
        await Db.Do("select public.invite_member('loner@test', [clerk], sha256('secret'))");
    }
}
