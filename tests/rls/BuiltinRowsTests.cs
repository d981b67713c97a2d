using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>Built-in roles ("nobody can change them") and the canary, which nobody sees: access-rules.md, "Permissions".</summary>
public sealed class BuiltinRowsTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Ensure = "select app_private.ensure_builtin_rows()";

    [Fact]
    public async Task The_built_in_roles_hold_what_the_contract_says()
    {
        await Db.AsRole("rlschat_backup");
        Assert.Equal(
            [
                "00000000-0000-4000-8000-000000000001 member ",
                "00000000-0000-4000-8000-000000000003 operator can_grant_credits,can_impersonate,can_view_monitoring",
                "00000000-0000-4000-8000-000000000002 organization_admin " + string.Join(',', People.Permissions.Order(StringComparer.Ordinal)),
            ],
            await Db.List(
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
        await Db.AsRole("rlschat_test_functions").Do(Ensure);
        await Db.Do(Ensure);
        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task A_built_in_role_that_was_changed_is_put_right()
    {
        var before = await Everything();
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public."Role" set "permissions" = '{"can_view_audit": true}' where "id" = [member role]""");
        await Db.Do(Ensure);
        Assert.Equal(["{}"], await Db.List("""select "permissions" from public."Role" where "id" = [member role]"""));
        Assert.NotEqual(before, await Everything());
    }

    [Fact]
    public async Task The_canary_comes_back_whatever_the_quota_of_messages()
    {
        const string Canary = """select "role" from public."Message" where "id" = '00000000-0000-4000-8000-00000000ca7a'""";
        await Rows.Chat(Db, "personal", "owner");
        await Rows.Set(Db, "messages_per_hour", "0");
        await Rows.Forge(Db, "Message", """delete from public."Message" where "id" = '00000000-0000-4000-8000-00000000ca7a'""");
        Assert.Empty(await Db.AsRole("rlschat_test_functions").List(Canary));
        await Db.Do(Ensure);
        Assert.Single(await Db.List(Canary));
        Assert.Empty(await Db.List("""select "used" from public."Quota" """));
        await Db.As("owner");
        Assert.Equal("RC014", await Db.Error("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')"""));
    }

    [Fact]
    public async Task The_canary_is_visible_to_nobody()
    {
        await Db.AsRole("rlschat_backup");
        Assert.Equal(
            ["Chat", "Document", "Message", "Stream", "StreamChunk", "Suggestion", "User", "Vote", "accounts", "sessions"],
            (await Found("rlschat_backup", "%00000000ca7a%")).Except(["AuditEvent", "Event"]));

        foreach (var who in People.All.Select(p => p.Who))
        {
            await Db.As(who);
            Assert.Empty(await Found("regular_user", "%00000000ca7a%"));
        }

        foreach (var role in new[] { "anonymous", "regular_user" })
        {
            await Db.AsRole(role);
            Assert.Empty(await Found(role, "%00000000ca7a%"));
        }
    }

    [Theory]
    [InlineData("anonymous", "Chat")]
    [InlineData("regular_user")]
    public async Task Without_an_identity_the_role_anonymous_sees_public_chats_and_nothing_else_is_seen(string role, params string[] seen)
    {
        await Db.As("owner").Do("""insert into public."Chat" ("title") values ('private')""");
        await Db.Do("""insert into public."Document" ("title") values ('private')""");
        await Db.Do("""insert into public."IdempotencyKey" ("key", "requestDigest") values ('k', sha256('k'))""");
        await Db.As("admin").Do("select public.invite_member('x@test', [member role], sha256('x'))");
        await Db.As("operator").Do("select public.grant_credits([owner], 1, 'x')");
        await Db.AsRole(role);
        Assert.Empty(await Found(role, "%"));

        await Db.As("owner").Do("""insert into public."Chat" ("title", "visibility") values ('public', 'public')""");
        await Db.AsRole(role);
        Assert.Equal(seen, await Found(role, "%"));
    }

    // The tables of which the current person sees a row that looks like this, in the columns granted to their role.
    private async Task<List<string>> Found(string role, string like)
    {
        Cells.Count();
        var questions = await Db.List(
            $"""
            select format('select %L::text where exists (select from public.%I where concat_ws('' '', %s) like %L)',
              c.relname, c.relname, string_agg(quote_ident(a.attname), ', '), '{like}')
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
              and has_column_privilege('{role}', c.oid, a.attnum, 'select')
            group by c.relname
            """);
        return await Db.List($"""select t from ({string.Join(" union all ", questions)}) f (t) order by t collate "C" """);
    }

    private async Task<List<string>> Everything()
    {
        return await Db.AsRole("rlschat_backup").List(
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
