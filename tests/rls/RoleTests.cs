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

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who                 read   rename rename_all rename_ret merge  delete move   truncate
        holding nothing:
          admin             yes    yes    yes        yes        yes    yes    denied denied
          can_manage_roles  yes    yes    yes        yes        yes    yes    denied denied
          colleagues        yes    hidden hidden     hidden     denied hidden denied denied
          strangers         hidden hidden hidden     hidden     hidden hidden denied denied
          anonymous         denied denied denied     denied     denied denied denied denied
        who                 read   rename rename_all rename_ret merge  delete empty  move   truncate
        holding can_view_audit:
          admin             yes    yes    yes        yes        yes    yes    yes    denied denied
          can_manage_roles  yes    hidden hidden     hidden     denied hidden hidden denied denied
          can_view_audit    yes    hidden hidden     hidden     denied hidden hidden denied denied
          rival             hidden hidden hidden     hidden     hidden hidden hidden denied denied
        built in:
          colleagues        yes    hidden hidden     hidden     denied hidden hidden denied denied
          outsider          yes    hidden hidden     hidden     denied hidden hidden denied denied
          rival             yes    hidden hidden     hidden     denied hidden hidden denied denied
          strangers         hidden hidden hidden     hidden     hidden hidden hidden denied denied
          anonymous         denied denied denied     denied     denied denied denied denied denied
        who                 read   rename delete
        in use:
          admin             yes    yes    23503
          can_manage_roles  yes    yes    23503
        of the one who left:
          left              hidden hidden hidden
          admin             yes    yes    yes
        """);

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
            who               empty   default returning roles   audit   false   upsert  credits elsewhere built_in unknown words  no_credits
            admin             yes     yes     yes       yes     yes     yes     yes     denied  denied    denied   denied  23514  23514
            can_manage_roles  yes     yes     yes       yes     denied  yes     denied  denied  denied    denied   denied  23514  23514
            rival             denied  yes     denied    denied  denied  denied  denied  denied  yes       denied   denied  denied denied
            others            denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            anonymous         denied  denied  denied    denied  denied  denied  denied  denied  denied    denied   denied  denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
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

        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select r::text from public."Role" r where "id" = [role]""");
    }

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select r::text from public."Role" r order by "id" """);
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
