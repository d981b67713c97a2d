using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Invitation" of access-rules.md: who sees, makes and withdraws them. Accepting is in InvitationAcceptTests.</summary>
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

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("Acme's", """
            who                      read    token  delete  delete_all delete_ret extend raise  merge   upsert truncate
            owner                    hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            member                   hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            manager                  hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            admin                    yes     denied yes     yes        yes        denied denied yes     denied denied
            can_view_documents       hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            can_manage_documents     hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            can_manage_chats         hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            can_manage_members       yes     denied yes     yes        yes        denied denied yes     denied denied
            can_manage_roles         hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            can_manage_organization  hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            can_view_audit           hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            left                     hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            outsider                 hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            rival                    hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            loner                    hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            operator                 hidden  denied hidden  hidden     hidden     denied denied hidden  denied denied
            anonymous                denied  denied denied  denied     denied     denied denied denied  denied denied
            """),
        // Even the one whom it invites learns of it by mail, not here.
        ("to loner", """
            who                      read    token  delete  delete_all merge
            loner                    hidden  denied hidden  hidden     hidden
            """));

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
            who                      as_member as_admin as_operator as_members as_auditor elsewhere their_role as_another used   returning by_call
            member                   denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            manager                  denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            admin                    yes       yes      denied      yes        yes        denied    denied     denied     denied yes       yes
            can_manage_members       yes       denied   denied      yes        denied     denied    denied     denied     denied yes       yes
            can_manage_roles         denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            can_manage_organization  denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            left                     denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            rival                    denied    denied   denied      denied     denied     yes       denied     denied     denied denied    yes
            loner                    denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            operator                 denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            anonymous                denied    denied   denied      denied     denied     denied    denied     denied     denied denied    denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        if (who == "left")
        {
            // Invited by them, while they could.
            await Db.As("admin");
            await Db.Do("select public.set_member_role([left], [role of can_manage_members])");
        }

        await Db.As(who == "left" ? "left" : "admin");
        var address = row == "to loner" ? "loner@test" : "old@test";
        Db.Remember("invitation", await Db.Ask<Guid>(
            $"select public.invite_member('{address}', [member role], sha256('old'))"));
        if (who == "left")
        {
            await Db.Leave("left");
        }

        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select i::text from public."Invitation" i where "id" = [invitation]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        await Db.As("rival");
        Db.Remember("theirs", await Db.Ask<Guid>("""insert into public."Role" ("name", "organizationId") values ('theirs', [Globex]) returning "id" """));
        if (who == "left")
        {
            await Db.Leave("left");
        }

        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb],
            """select i::text from public."Invitation" i where "email" = 'new@test'""");
    }

    [Fact]
    public async Task A_new_invitation_takes_the_place_of_the_open_one_to_the_same_address()
    {
        await Db.As("can_manage_members");
        await Db.Do("select public.invite_member('Somebody@test', [member role], sha256('1'))");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('2'))");
        Assert.Equal(["somebody@test"], await Db.List("""select "email" from public."Invitation" where "acceptedAt" is null"""));
    }

    [Fact]
    public async Task A_new_invitation_leaves_the_accepted_one_to_the_same_address_as_it_is()
    {
        await Db.As("can_manage_members");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('1'))");
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."Invitation" set "acceptedAt" = now() where "email" = 'somebody@test'""");
        await Db.As("can_manage_members");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('2'))");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('3'))");
        Assert.Equal(["false", "true"], await Db.List(
            """select ("acceptedAt" is not null)::text from public."Invitation" where "email" = 'somebody@test' order by 1"""));
    }

    // By the table's owner, whom no policy stops while it is not forced: the function itself looks no further.
    [Fact]
    public async Task A_new_invitation_takes_the_place_of_no_other_organizations()
    {
        await Db.As("rival");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('1'))");
        await Db.AsRole("rlschat_owner");
        await Db.Do("""alter table public."Invitation" no force row level security""");
        await Db.Do("select set_config('auth.uid', [admin], true)");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('2'))");
        await Db.Do("select public.invite_member('somebody@test', [member role], sha256('3'))");
        await Db.Do("""alter table public."Invitation" force row level security""");
        await Db.AsRole("rlschat_backup");
        Assert.Equal(["Acme 1", "Globex 1"], await Db.List("""
            select concat_ws(' ', o."name", count(*))
            from public."Invitation" i join public."Organization" o on o."id" = i."organizationId"
            where i."email" = 'somebody@test' group by o."name" order by 1
            """));
    }

    [Fact]
    public async Task An_invitation_expires_within_thirty_days()
    {
        await Db.As("can_manage_members");
        Assert.Equal("23514", await Db.Error(
            """insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "expires") values ([Acme], 'x@test', [member role], sha256('x'), 'infinity')"""));
    }

    [Fact]
    public async Task Grants_are_these() => Assert.Equal(
        """
        regular_user select acceptedAt, createdAt, email, expires, id, invitedBy, organizationId, roleId
        regular_user insert email, expires, id, organizationId, roleId, tokenDigest
        regular_user delete *
        """,
        await Grants.On(Db, "Invitation"));

    private static string Insert(string organization, string role) =>
        $"""insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest") values ({organization}, 'new@test', {role}, sha256('new'))""";
}
