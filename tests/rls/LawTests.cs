using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>"People can grant only what they hold" of access-rules.md, permission by permission.</summary>
[Attack]
public sealed class LawTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // The row is a permission. "holder" holds it alone, "clerk" is in an unused role that holds nothing.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["make"] = """insert into public."Role" ("name", "permissions", "organizationId") values ('new', '{"[permission]": true}', [Acme])""",
        ["widen"] = """update public."Role" set "permissions" = '{"[permission]": true}' where "id" = [empty]""",
        ["edit"] = """update public."Role" set "name" = 'new' where "id" = [holding]""",
        ["strip"] = """update public."Role" set "permissions" = '{}' where "id" = [holding]""",
        ["drop"] = """delete from public."Role" where "id" = [unused]""",
        ["invite"] = "select public.invite_member('new@test', [holding], sha256('new'))",
        ["put_into"] = "select public.set_member_role([owner], [holding])",
        ["take_from"] = "select public.set_member_role([holder], [empty])",
        ["remove"] = "select public.remove_member([holder])",
    };

    private const string WithoutIt = """
        who         make    widen   edit    strip   drop    invite  put_into take_from remove
        all_but_it  denied  denied  hidden  hidden  hidden  denied  denied   denied    denied
        both_and_it yes     yes     yes     yes     yes     yes     yes      yes       yes
        admin       yes     yes     yes     yes     yes     yes     yes      yes       yes
        """;

    private const string WithNothingElse = """
        who                make    widen   edit    strip   drop    invite  put_into take_from remove
        can_manage_roles   denied  denied  hidden  hidden  hidden  denied  denied   denied    denied
        can_manage_members denied  hidden  hidden  hidden  hidden  denied  denied   denied    denied
        """;

    // Who lacks can_manage_roles changes no role at all, so there "widen" finds none.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
    [
        .. People.Permissions.Select(p => (p, p == "can_manage_roles" ? WithoutIt.Replace("all_but_it  denied  denied", "all_but_it  denied  hidden", StringComparison.Ordinal) : WithoutIt)),
        .. People.Permissions.Where(p => p is not ("can_manage_roles" or "can_manage_members")).Select(p => (p, WithNothingElse)),
        ("can_manage_roles", """
            who                make    widen   edit    strip   drop    invite  put_into
            can_manage_roles   yes     yes     yes     yes     yes     denied  denied
            can_manage_members denied  hidden  hidden  hidden  hidden  denied  denied
            """),
        ("can_manage_members", """
            who                make    widen   edit    strip   drop    invite  put_into
            can_manage_roles   denied  denied  hidden  hidden  hidden  denied  denied
            can_manage_members denied  hidden  hidden  hidden  hidden  yes     yes
            """),
        // Not in the gift of an organization: there is nobody who can, but for grant_operator from outside.
        ("can_view_monitoring", """
            who                make    widen
            admin              denied  denied
            can_manage_roles   denied  denied
            operator           denied  hidden
            """),
        ("can_grant_credits", """
            who                make    widen
            admin              denied  denied
            can_manage_roles   denied  denied
            operator           denied  hidden
            """),
    ]);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Db.As("admin");
        Db.Remember("empty", await Role("empty"));
        if (People.Permissions.Contains(row))
        {
            Db.Remember("holding", await Role("holding", row));
            Db.Remember("unused", await Role("unused", row));
            await Db.Do("select public.set_member_role([left], [holding])");
            Db.Remember("holder", Fixture.World["left"]);
        }

        if (who is "all_but_it" or "both_and_it")
        {
            string[] held = who == "all_but_it"
                ? [.. People.Permissions.Where(p => p != row)]
                : [.. new[] { "can_manage_roles", "can_manage_members", row }.Distinct()];
            var role = await Role("actor", held);
            await Db.Do($"select public.set_member_role([member], '{role}')");
        }

        await Matrix.Check(Db, row, Fixture.World.Knows(who) ? who : "member", verbs, expected,
            Verbs.ToDictionary(v => v.Key, v => v.Value.Replace("[permission]", row, StringComparison.Ordinal)),
            """
            select r::text from public."Role" r where "organizationId" = [Acme]
            union all select concat(u."id", ' ', u."roleId", ' ', u."organizationId") from public."User" u
            union all select i::text from public."Invitation" i where "email" = 'new@test'
            order by 1
            """);
    }

    [Fact]
    public async Task The_operators_role_is_granted_by_nobody_inside()
    {
        Assert.Equal("42501", await Db.As("admin").Error("select public.set_member_role([owner], [operator role])"));
        Assert.Equal("42501", await Db.Error("select public.invite_member('new@test', [operator role], sha256('x'))"));
        foreach (var who in new[] { "admin", "operator", "loner", People.Anonymous })
        {
            Assert.Equal("42501", await Db.As(who).Error("select app_private.grant_operator('loner@test')"));
        }

        // Nor held by a member, whoever writes it.
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("23514", await Db.Error("""update public."User" set "roleId" = [operator role] where "id" = [owner]"""));
        Assert.Equal("RC011", await Db.Error("select app_private.grant_operator('owner@test')"));

        // Nobody is meant by an address that nobody has, nor by the one of all whose address is not known.
        await Db.Do("""insert into public."User" default values""");
        Assert.Null(await Db.Ask<Guid?>("select app_private.grant_operator('nobody@test')"));
        Assert.Null(await Db.Ask<Guid?>("select app_private.grant_operator('')"));

        // Who is meant becomes one, and nobody else.
        Assert.Equal(Fixture.World["loner"], await Db.Ask<Guid?>("select app_private.grant_operator('LONER@test')"));
        Assert.Equal(["loner@test", "operator@test"], await Db.List("""select "email" from public."User" where "roleId" = [operator role] order by 1"""));
    }

    /// <summary>"No one can change their own role, organization, manager or balance by writing to a table."</summary>
    [Fact]
    public async Task Nobody_changes_a_column_of_a_person_by_writing_to_the_table()
    {
        var columns = await Db.List("""select attname from pg_attribute where attrelid = 'public."User"'::regclass and attnum > 0 and not attisdropped""");
        Assert.Contains("creditBalance", columns);
        foreach (var who in new[] { "owner", "admin", "can_manage_members", "can_manage_roles", "can_manage_organization", "operator", "loner" })
        {
            await Db.As(who);
            foreach (var column in columns)
            {
                Cells.Count();
                Assert.Equal("42501", await Db.Error($"""update public."User" set "{column}" = default where "id" = auth.uid()"""));
            }
        }
    }

    [Fact]
    public async Task A_permission_that_is_false_is_not_held()
    {
        const string held = "select p from unnest(string_to_array('[all]', ',')) p where auth.organization_with(p) = [Acme]";
        var all = string.Join(',', People.Permissions);
        Assert.Equal(People.Permissions, await Db.As("admin").List(held.Replace("[all]", all, StringComparison.Ordinal)));
        var role = await Role("nothing", [.. People.Permissions]);
        await Db.Do($"select public.set_member_role([member], '{role}')");
        await Db.Do($$"""update public."Role" set "permissions" = replace("permissions"::text, 'true', 'false')::jsonb where "id" = '{{role}}'""");

        Assert.Empty(await Db.As("member").List(held.Replace("[all]", all, StringComparison.Ordinal)));
        Assert.Equal(["{}"], await Db.List("select auth.permissions()"));
        Assert.Equal(Outcome.Hidden, await Db.Try("""update public."Organization" set "name" = 'new'"""));
        Assert.Equal(["false true"], await Db.List(
            """select concat_ws(' ', auth.covers('{"x": false}', '{"x": true}')::text, auth.covers('{"x": false}', '{"x": false}')::text)"""));
    }

    private async Task<Guid> Role(string name, params string[] permissions)
    {
        var held = string.Join(", ", permissions.Select(p => $"\"{p}\": true"));
        return await Db.Ask<Guid>(
            $$"""insert into public."Role" ("name", "permissions", "organizationId") values ('{{name}}', '{{{held}}}', [Acme]) returning "id" """);
    }
}
