using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls;

/// <summary>Built-in roles ("nobody can change them") and the canary, which nobody sees: access-rules.md, "Permissions".</summary>
public sealed class BuiltinRowsTests(Theatre theatre) : Drama(theatre)
{
    private const string Ensure = "select app_private.ensure_builtin_rows()";

    [Fact]
    public async Task The_built_in_roles_hold_what_the_contract_says()
    {
        await Play.AsRole("rlschat_backup");
        Assert.Equal(
            [
                "00000000-0000-4000-8000-000000000001 member ",
                "00000000-0000-4000-8000-000000000003 operator can_grant_credits,can_view_monitoring",
                "00000000-0000-4000-8000-000000000002 organization_admin " + string.Join(',', Cast.Permissions.Order(StringComparer.Ordinal)),
            ],
            await Play.List(
                """
                select concat("id", ' ', "name", ' ', (
                  select string_agg(p.key, ',' order by p.key collate "C") from jsonb_each(r."permissions") p where p.value = 'true'))
                from public."Role" r where "organizationId" is null order by "name"
                """));
    }

    [Fact]
    public async Task Ensuring_them_twice_changes_nothing()
    {
        var before = await Everything();
        await Play.AsRole("auth_definer");
        await Play.Do(Ensure);
        await Play.Do(Ensure);
        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task A_built_in_role_that_was_changed_is_put_right()
    {
        var before = await Everything();
        await Play.AsRole("auth_definer");
        await Play.Do("""update public."Role" set "permissions" = '{"can_view_audit": true}' where "id" = [member role]""");
        await Play.Do(Ensure);
        Assert.Equal(["{}"], await Play.List("""select "permissions" from public."Role" where "id" = [member role]"""));
        Assert.NotEqual(before, await Everything());
    }

    [Fact]
    public async Task The_canary_comes_back_whatever_the_quota_of_messages()
    {
        const string Canary = """select "role" from public."Message" where "id" = '00000000-0000-4000-8000-00000000ca7a'""";
        await Scene.Chat(Play, "personal", "owner");
        await Play.AsRole("rlschat_owner");
        await Play.Do("delete from app_private.setting where name = 'messages_per_hour'");
        await Play.Do("insert into app_private.setting values ('messages_per_hour', '0')");
        await Scene.Forge(Play, "Message", """delete from public."Message" where "id" = '00000000-0000-4000-8000-00000000ca7a'""");
        await Play.AsRole("auth_definer");
        Assert.Empty(await Play.List(Canary));
        await Play.Do(Ensure);
        Assert.Single(await Play.List(Canary));
        Assert.Empty(await Play.List("""select "used" from public."Quota" """));
        await Play.As("owner");
        Assert.Equal("RC014", await Play.Error("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')"""));
    }

    [Fact]
    public async Task No_role_of_a_request_ensures_them()
    {
        foreach (var who in new[] { "admin", "operator", Cast.Anonymous })
        {
            await Play.As(who);
            Assert.Equal("42501", await Play.Error(Ensure));
        }
    }

    [Fact]
    public async Task The_canary_is_visible_to_nobody()
    {
        await Play.AsRole("rlschat_backup");
        Assert.Equal(
            ["Chat", "Document", "Message", "Stream", "StreamChunk", "Suggestion", "User", "Vote", "accounts", "sessions"],
            (await Found("rlschat_backup", "%00000000ca7a%")).Except(["AuditEvent", "Event"]));

        foreach (var who in Cast.People.Select(p => p.Who))
        {
            await Play.As(who);
            Assert.Empty(await Found("regular_user", "%00000000ca7a%"));
        }

        foreach (var role in new[] { "anonymous", "regular_user" })
        {
            await Play.AsRole(role);
            Assert.Empty(await Found(role, "%00000000ca7a%"));
        }
    }

    [Theory]
    [InlineData("anonymous")]
    [InlineData("regular_user")]
    public async Task Nobody_in_particular_sees_any_row_of_any_table_but_what_is_public(string role)
    {
        await Play.As("owner");
        await Play.Do("""insert into public."Chat" ("title") values ('private')""");
        await Play.Do("""insert into public."Document" ("title") values ('private')""");
        await Play.Do("""insert into public."IdempotencyKey" ("key", "requestDigest") values ('k', sha256('k'))""");
        await Play.As("admin");
        await Play.Do("select public.invite_member('x@test', [member role], sha256('x'))");
        await Play.As("operator");
        await Play.Do("select public.grant_credits([owner], 1, 'x')");
        await Play.AsRole(role);
        Assert.Empty(await Found(role, "%"));

        await Play.As("owner");
        await Play.Do("""insert into public."Chat" ("title", "visibility") values ('public', 'public')""");
        await Play.AsRole(role);
        Assert.Equal(["Chat"], await Found(role, "%"));
    }

    // The tables of which the current person sees a row that looks like this, in the columns granted to their role.
    private async Task<List<string>> Found(string role, string like)
    {
        Cells.Count();
        var questions = await Play.List(
            $"""
            select format('select %L::text where exists (select from public.%I where concat_ws('' '', %s) like %L)',
              c.relname, c.relname, string_agg(quote_ident(a.attname), ', '), '{like}')
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
              and has_column_privilege('{role}', c.oid, a.attnum, 'select')
            group by c.relname
            """);
        return await Play.List($"""select t from ({string.Join(" union all ", questions)}) f (t) order by t collate "C" """);
    }

    private async Task<List<string>> Everything()
    {
        await Play.AsRole("rlschat_backup");
        return await Play.List(
            """
            select r::text from public."Role" r
            union all select u::text from public."User" u
            union all select s::text from public.sessions s
            union all select c::text from public."Chat" c
            union all select d::text from public."Document" d
            union all select count(*)::text from public."AuditEvent"
            order by 1
            """);
    }
}
