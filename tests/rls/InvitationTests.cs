using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Invitation" of access-rules.md: who sees, makes and withdraws them, and who accepts one, once, while it is still the inviter's to give.</summary>
public sealed class InvitationTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select "email" from public."Invitation" where "id" = [invitation]""",
        ["token"] = """select "tokenDigest" from public."Invitation" where "id" = [invitation]""",
        ["delete"] = """delete from public."Invitation" where "id" = [invitation]""",
        ["delete_all"] = """delete from public."Invitation" """,
        ["delete_ret"] = """delete from public."Invitation" where "id" = [invitation] returning "email" """,
        ["extend"] = """update public."Invitation" set "expires" = 'infinity' where "id" = [invitation]""",
        ["raise"] = """update public."Invitation" set "roleId" = [admin role] """,
        ["merge"] = """merge into public."Invitation" i using (values (1)) v on i."id" = [invitation] when matched then delete""",
        ["upsert"] = """insert into public."Invitation" ("id", "organizationId", "email", "roleId", "tokenDigest") values ([invitation], [Acme], 'new@test', [member role], sha256('other')) on conflict ("id") do update set "email" = 'new@test'""",
        ["truncate"] = """truncate public."Invitation" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                   read   token  delete delete_all delete_ret extend raise  merge  upsert truncate
        Acme's:
          admin               yes    denied yes    yes        yes        denied denied yes    denied denied
          can_manage_members  yes    denied yes    yes        yes        denied denied yes    denied denied
          others              hidden denied hidden hidden     hidden     denied denied hidden denied denied
          anonymous           denied denied denied denied     denied     denied denied denied denied denied
        who                   read   token  delete delete_all merge
        -- The invited person learns of it by mail, not here.
        to loner:
          loner               hidden denied hidden hidden     hidden
        """);

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["as_member"] = Insert("[Acme]", "[member role]"),
        ["as_admin"] = Insert("[Acme]", "[admin role]"),
        ["as_operator"] = Insert("[Acme]", "[operator role]"),
        ["as_members"] = Insert("[Acme]", "[role of can_manage_members]"),
        ["as_auditor"] = Insert("[Acme]", "[role of can_view_audit]"),
        ["elsewhere"] = Insert("[Globex]", "[member role]"),
        ["their_role"] = Insert("[Acme]", "[theirs]"),
        ["as_another"] = """insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "invitedBy") values ([Acme], 'new@test', [member role], sha256('new'), [admin])""",
        ["used"] = """insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "acceptedAt") values ([Acme], 'new@test', [member role], sha256('new'), now())""",
        ["returning"] = Insert("[Acme]", "[member role]") + """ returning "id" """,
        ["by_call"] = "select public.invite_member('new@test', [member role], sha256('new'))",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("a new one", """
            who                 as_member as_admin as_operator as_members as_auditor elsewhere their_role as_another used   returning by_call
            admin               yes       yes      denied      yes        yes        denied    denied     denied     denied yes       yes
            can_manage_members  yes       denied   denied      yes        denied     denied    denied     denied     denied yes       yes
            rival               denied    denied   denied      denied     denied     yes       denied     denied     denied denied    yes
            others              denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            anonymous           denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        if (who == "left")
        {
            // Invited by them, while they could.
            await Db.As("admin").Do("select public.set_member_role([left], [role of can_manage_members])");
        }

        await Db.As(who == "left" ? "left" : "admin");
        var address = row == "to loner" ? "loner@test" : "old@test";
        Db.Remember("invitation", await Db.Ask<Guid>(
            $"select public.invite_member('{address}', [member role], sha256('old'))"));
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select i::text from public."Invitation" i where "id" = [invitation]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Db.As("rival").Make("theirs", """insert into public."Role" ("name", "organizationId") values ('theirs', [Globex])""");
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select i::text from public."Invitation" i where "email" = 'new@test'""");
    }

    [Fact]
    public async Task A_new_invitation_takes_the_place_of_the_open_one_to_the_same_address()
    {
        await Db.As("can_manage_members").Do("select public.invite_member('Somebody@test', [member role], sha256('1'))");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('2'))");
        Assert.Equal(["somebody@test"], await Db.List("""select "email" from public."Invitation" where "acceptedAt" is null"""));
    }

    [Fact]
    public async Task A_new_invitation_leaves_the_accepted_one_to_the_same_address_as_it_is()
    {
        await Db.As("can_manage_members").Do("select public.invite_member('somebody@test', [member role], sha256('1'))");
        await Db.AsRole("rlschat_test_functions").Do("""update public."Invitation" set "acceptedAt" = now() where "email" = 'somebody@test'""");
        await Db.As("can_manage_members").Do("select public.invite_member('somebody@test', [member role], sha256('2'))");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('3'))");
        Assert.Equal(["false", "true"], await Db.List(
            """select ("acceptedAt" is not null)::text from public."Invitation" where "email" = 'somebody@test' order by 1"""));
    }

    // By the table's owner, whom no policy stops while it is not forced: the function itself looks no further.
    [Fact]
    public async Task A_new_invitation_takes_the_place_of_no_other_organizations()
    {
        await Db.As("rival").Do("select public.invite_member('somebody@test', [member role], sha256('1'))");
        await Db.AsRole("rlschat_owner").Do("""alter table public."Invitation" no force row level security""");
        await Db.Do("select set_config('auth.uid', [admin], true)");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('2'))");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('3'))");
        await Db.Do("""alter table public."Invitation" force row level security""");
        Assert.Equal(["Acme 1", "Globex 1"], await Db.AsRole("rlschat_backup").List("""
            select concat_ws(' ', o."name", count(*))
            from public."Invitation" i join public."Organization" o on o."id" = i."organizationId"
            where i."email" = 'somebody@test' group by o."name" order by 1
            """));
    }

    [Fact]
    public async Task Grants_are_these() => Assert.Equal(
        """
        regular_user select acceptedAt, createdAt, email, expires, id, invitedBy, organizationId, roleId
        regular_user insert email, expires, id, organizationId, roleId, tokenDigest
        regular_user delete *
        """,
        await Grants.On(Db, "Invitation"));

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
        await InviteLoner();
        Assert.NotEmpty(since);
        if (sql != "")
        {
            await (Fixture.World.Knows(by) ? Db.As(by) : Db.AsRole(by));
            await Db.Do(sql);
        }

        Assert.Equal(error, await Db.As("loner").Error(Accept));
    }

    [Fact]
    public async Task Accepting_makes_a_member_in_the_invited_role_once()
    {
        await InviteLoner();
        Assert.Equal(Fixture.World["Acme"], await Db.As("loner").Ask<Guid>(Accept));
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
        await InviteLoner();
        await Db.Leave("left");
        Assert.Equal("RC004", await Db.As(who).Error(Accept));
    }

    [Fact]
    public async Task Only_the_token_accepts_and_only_signed_in()
    {
        await InviteLoner();
        Assert.Equal("RC004", await Db.As("loner").Error("select public.accept_invitation('guess')"));
        Assert.Equal("RC004", await Db.Error("select public.accept_invitation('')"));
        Assert.Equal("RC004", await Db.Error("select public.accept_invitation(encode(sha256('secret'), 'hex'))"));
        Assert.Equal("42501", await Db.As(People.Anonymous).Error(Accept));
    }

    [Fact]
    public async Task A_member_who_is_invited_elsewhere_stays_where_they_are()
    {
        await InviteLoner();
        await Db.As("rival").Do("select public.invite_member('member@test', [member role], sha256('come over'))");
        Assert.Equal("RC002", await Db.As("member").Error("select public.accept_invitation('come over')"));
    }

    private async Task InviteLoner()
    {
        await Db.As("admin").Make("clerk", """insert into public."Role" ("name", "organizationId") values ('clerk', [Acme])""");
        await Db.As("can_manage_members").Do("select public.invite_member('loner@test', [clerk], sha256('secret'))");
    }

    private static string Insert(string organization, string role) =>
        $"""insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest") values ({organization}, 'new@test', {role}, sha256('new'))""";
}
