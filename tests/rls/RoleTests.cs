using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Role" of access-rules.md. That nobody grants what they don't hold is in LawTests, permission by permission.</summary>
public sealed class RoleTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Role" where "id" = [role]""",
        ["rename"] = """update public."Role" set "name" = 'new' where "id" = [role]""",
        ["rename_all"] = """update public."Role" set "name" = "name" || '!'""",
        ["rename_ret"] = """update public."Role" set "name" = 'new' where "id" = [role] returning "id" """,
        ["merge"] = """merge into public."Role" r using (values (1)) v on r."id" = [role] when matched then update set "name" = 'new'""",
        ["delete"] = """delete from public."Role" where "id" = [role]""",
        ["empty"] = """update public."Role" set "permissions" = '{}' where "id" = [role]""",
        ["move"] = """update public."Role" set "organizationId" = [Globex] where "id" = [role]""",
        ["truncate"] = """truncate public."Role" cascade""",
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("holding nothing", """
            who                      read    rename  rename_all rename_ret merge   delete  move   truncate
            owner                    yes     hidden  hidden     hidden     denied  hidden  denied denied
            member                   yes     hidden  hidden     hidden     denied  hidden  denied denied
            manager                  yes     hidden  hidden     hidden     denied  hidden  denied denied
            director                 yes     hidden  hidden     hidden     denied  hidden  denied denied
            admin                    yes     yes     yes        yes        yes     yes     denied denied
            can_view_documents       yes     hidden  hidden     hidden     denied  hidden  denied denied
            can_manage_documents     yes     hidden  hidden     hidden     denied  hidden  denied denied
            can_manage_chats         yes     hidden  hidden     hidden     denied  hidden  denied denied
            can_manage_members       yes     hidden  hidden     hidden     denied  hidden  denied denied
            can_manage_roles         yes     yes     yes        yes        yes     yes     denied denied
            can_manage_organization  yes     hidden  hidden     hidden     denied  hidden  denied denied
            can_view_audit           yes     hidden  hidden     hidden     denied  hidden  denied denied
            left                     hidden  hidden  hidden     hidden     hidden  hidden  denied denied
            outsider                 hidden  hidden  hidden     hidden     hidden  hidden  denied denied
            rival                    hidden  hidden  hidden     hidden     hidden  hidden  denied denied
            loner                    hidden  hidden  hidden     hidden     hidden  hidden  denied denied
            operator                 hidden  hidden  hidden     hidden     hidden  hidden  denied denied
            anonymous                denied  denied  denied     denied     denied  denied  denied denied
            """),
        ("holding can_view_audit", """
            who                      read    rename  rename_all rename_ret merge   delete  empty   move   truncate
            admin                    yes     yes     yes        yes        yes     yes     yes     denied denied
            can_manage_roles         yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            can_view_audit           yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            rival                    hidden  hidden  hidden     hidden     hidden  hidden  hidden  denied denied
            """),
        ("built in", """
            who                      read    rename  rename_all rename_ret merge   delete  empty   move   truncate
            member                   yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            admin                    yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            can_manage_roles         yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            outsider                 yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            rival                    yes     hidden  hidden     hidden     denied  hidden  hidden  denied denied
            left                     hidden  hidden  hidden     hidden     hidden  hidden  hidden  denied denied
            loner                    hidden  hidden  hidden     hidden     hidden  hidden  hidden  denied denied
            operator                 hidden  hidden  hidden     hidden     hidden  hidden  hidden  denied denied
            anonymous                denied  denied  denied     denied     denied  denied  denied  denied denied
            """),
        ("in use", """
            who                      read    rename  delete
            admin                    yes     yes     23503
            can_manage_roles         yes     yes     23503
            """),
        ("of the one who left", """
            who                      read    rename  delete
            left                     hidden  hidden  hidden
            admin                    yes     yes     yes
            """));

    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["empty"] = """insert into public."Role" ("name", "organizationId") values ('new', [Acme])""",
        ["default"] = """insert into public."Role" ("name") values ('new')""",
        ["returning"] = """insert into public."Role" ("name", "organizationId") values ('new', [Acme]) returning *""",
        ["roles"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_manage_roles": true}', [Acme])""",
        ["audit"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_view_audit": true}', [Acme])""",
        ["false"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_view_audit": false}', [Acme])""",
        ["upsert"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('can_view_audit', '{}', [Acme]) on conflict ("organizationId", "name") do update set "permissions" = excluded."permissions" """,
        ["credits"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_grant_credits": true}', [Acme])""",
        ["elsewhere"] = """insert into public."Role" ("name", "organizationId") values ('new', [Globex])""",
        ["built_in"] = """insert into public."Role" ("name", "organizationId") values ('new', null)""",
        ["unknown"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_fly": true}', [Acme])""",
        ["words"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_view_audit": "true"}', [Acme])""",
        ["no_credits"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"can_grant_credits": false}', [Acme])""",
    };

    // 23514: a key or value that no role of an organization can hold is refused, whoever writes it.
    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of(
        ("a new role", """
            who                 empty   default returning roles   audit   false   upsert  credits elsewhere built_in unknown words  no_credits
            member              denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            admin               yes     yes     yes       yes     yes     yes     yes     denied  denied    denied   denied  23514  23514
            can_manage_roles    yes     yes     yes       yes     denied  yes     denied  denied  denied    denied   denied  23514  23514
            can_manage_members  denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            left                denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            rival               denied  yes     denied    denied  denied  denied  denied  denied  yes       denied   denied  denied denied
            loner               denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            operator            denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            anonymous           denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Db.As("admin");
        Db.Remember("role", row switch
        {
            "holding nothing" => await Db.Ask<Guid>("""insert into public."Role" ("name", "organizationId") values ('clerk', [Acme]) returning "id" """),
            "holding can_view_audit" => await Db.Ask<Guid>("""insert into public."Role" ("name", "permissions", "organizationId") values ('auditor', '{"can_view_audit": true}', [Acme]) returning "id" """),
            "built in" => Fixture.World["member role"],
            "in use" => await InUse(),
            _ => await Db.Ask<Guid>("""insert into public."Role" ("name", "organizationId") values ('old', [Acme]) returning "id" """),
        });
        if (row == "of the one who left")
        {
            await Db.Do("select public.set_member_role([left], [role])");
        }

        if (who == "left" || row == "of the one who left")
        {
            await Db.Leave("left");
        }

        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb],
            """select r::text from public."Role" r where "id" = [role]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verb, string expected)
    {
        if (who == "left")
        {
            await Db.Leave("left");
        }

        await Matrix.Check(Db, row, who, verb, expected, Inserts[verb],
            """select r::text from public."Role" r order by "id" """);
    }

    // The column grants stop every move before a policy runs. Were one granted by mistake, the policy's check stands.
    [Fact]
    public async Task A_column_that_is_granted_by_mistake_still_moves_no_role()
    {
        await Db.AsRole("rlschat_owner");
        await Db.Do("""grant update ("organizationId") on public."Role" to regular_user""");
        await Db.As("admin");
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Role" set "organizationId" = [Globex]"""));
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Role" set "organizationId" = null"""));
        Assert.Equal(Outcome.Yes, await Db.Try("""update public."Role" set "organizationId" = [Acme]"""));
    }

    [Fact]
    public async Task Everyone_sees_the_roles_of_their_organization_and_the_built_in_ones()
    {
        await Db.As("member");
        Assert.Equal(
            [.. People.Permissions.Order(StringComparer.Ordinal), "member", "operator", "organization_admin"],
            await Db.List("""select "name" from public."Role" order by "name" collate "C" """));
        await Db.As("outsider");
        Assert.Equal(
            ["member", "operator", "organization_admin"],
            await Db.List("""select "name" from public."Role" order by "name" collate "C" """));
        await Db.As("loner");
        Assert.Empty(await Db.List("""select "name" from public."Role" """));
    }

    [Fact]
    public async Task Grants_are_these() => Assert.Equal(
        """
        regular_user select *
        regular_user insert id, name, organizationId, permissions
        regular_user update name, permissions
        regular_user delete *
        """,
        await Grants.On(Db, "Role"));

    private async Task<Guid> InUse()
    {
        var role = await Db.Ask<Guid>("""insert into public."Role" ("name", "organizationId") values ('used', [Acme]) returning "id" """);
        await Db.Do($"select public.set_member_role([member], '{role}')");
        return role;
    }
}
