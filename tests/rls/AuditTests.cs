using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"AuditEvent" of access-rules.md: what happened stands there in the same transaction, with who did it.</summary>
public sealed class AuditTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    // action target by actor about subject in organization
    public static readonly TheoryData<string, string, string[]> Deeds = new()
    {
        { "admin", """insert into public."Role" ("name", "organizationId") values ('new', [Acme])""", ["role_created Role by admin about - in Acme"] },
        { "admin", """update public."Role" set "permissions" = '{"can_view_audit": true}' where "id" = [clerk]""", ["role_changed Role by admin about - in Acme"] },
        { "admin", """update public."Role" set "name" = 'renamed' where "id" = [clerk]""", ["role_changed Role by admin about - in Acme"] },
        { "admin", """delete from public."Role" where "id" = [clerk]""", ["invitation_withdrawn Invitation by admin about - in Acme", "role_deleted Role by admin about - in Acme"] },
        { "can_manage_members", "select public.set_member_role([owner], [clerk])", ["member_role_changed User by can_manage_members about owner in Acme"] },
        { "can_manage_members", "select public.set_member_manager([owner], null)", ["manager_changed User by can_manage_members about owner in Acme"] },
        { "can_manage_members", "select public.remove_member([member])", ["member_left User by can_manage_members about member in Acme"] },
        { "member", "select public.leave_organization()", ["member_left User by member about member in Acme"] },
        {
            "manager", "select public.leave_organization()",
            ["manager_changed User by manager about owner in Acme", "member_left User by manager about manager in Acme"]
        },
        {
            "admin", "select public.remove_member([owner])",
            [
                "member_left User by admin about owner in Acme", "owner_changed Chat by admin about manager in Acme",
                "owner_changed Document by admin about manager in Acme",
            ]
        },
        { "can_manage_members", "select public.invite_member('new@test', [clerk], sha256('n'))", ["member_invited Invitation by can_manage_members about - in Acme"] },
        { "can_manage_members", """delete from public."Invitation" """, ["invitation_withdrawn Invitation by can_manage_members about - in Acme"] },
        {
            "loner", "select public.accept_invitation('secret')",
            ["invitation_accepted Invitation by loner about loner in Acme", "member_joined User by loner about loner in Acme"]
        },
        { "owner", """update public."Chat" set "visibility" = 'public' where "id" = [chat]""", ["visibility_changed Chat by owner about owner in Acme"] },
        { "can_manage_chats", """update public."Chat" set "visibility" = 'public' where "id" = [chat]""", ["visibility_changed Chat by can_manage_chats about owner in Acme"] },
        { "owner", """update public."Chat" set "title" = 'new' where "id" = [chat]""", [] },
        { "owner", """update public."Chat" set "visibility" = "visibility" """, [] },
        { "operator", "select public.grant_credits([owner], 1, 'x')", ["credits_granted CreditEntry by operator about owner in -"] },
        { "owner", "select public.spend_credits(1, 'x')", ["credits_spent CreditEntry by owner about owner in -"] },
        { "admin", """update public."Organization" set "name" = 'Acme' || "name" """, ["organization_renamed Organization by admin about - in Acme"] },
        { "can_manage_members", "select public.set_member_role([admin], [clerk])", ["42501"] },
        { "member", """update public."Chat" set "visibility" = 'public' where "id" = [chat]""", [] },
        { "owner", """delete from public.sessions""", ["signed_out sessions by owner about owner in -"] },
        { "owner", """delete from public.accounts""", ["account_unlinked accounts by owner about owner in -"] },
        { "outsider", "select public.delete_account()", ["account_deleted User by outsider about outsider in Globex"] },
    };

    private const string Tabs =
        "select auth.refresh_session(sha256('owner'), sha256(('tab ' || i)::bytea), sha256(('secret of tab ' || i)::bytea), null, 300) from generate_series(1, 3) i";

    // The sign-in connection is nobody in particular: the person is who signs in.
    public static readonly TheoryData<string, string[]> SignIns = new()
    {
        { "select auth.open_session([member], sha256('r'), sha256('s'))", ["signed_in sessions by member about member in -"] },
        { "select auth.refresh_session(sha256('owner'), sha256('r'), sha256('s'))", [] },
        { $"{Tabs}; select auth.sign_out(sha256('tab 2'))", ["signed_out sessions by owner about owner in -"] },
        { $"{Tabs}; select auth.refresh_session(sha256('owner'), sha256('t'), sha256('u'))", ["session_revoked sessions by owner about owner in -"] },
        { "select auth.sign_out(sha256('owner'))", ["signed_out sessions by owner about owner in -"] },
        {
            "select auth.refresh_session(sha256('owner'), sha256('r'), sha256('s')); select auth.refresh_session(sha256('owner'), sha256('t'), sha256('u'))",
            ["session_revoked sessions by owner about owner in -"]
        },
        { "select auth.sign_in_oauth('google', 'g1', null, 'member@test', true)", ["account_linked accounts by member about member in -"] },
        { "select auth.replace_password_hash([owner], 'hash of owner', 'new')", ["password_changed User by owner about owner in -"] },
        {
            "select auth.request_verification('reset_password', 'owner@test', sha256('t')); select auth.reset_password(sha256('t'), 'new')",
            ["password_changed User by owner about owner in -", "session_revoked sessions by owner about owner in -"]
        },
    };

    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task A_deed_leaves_a_trace_with_who_did_it(string who, string sql, string[] trace)
    {
        var since = await Since();
        await Db.As(who);
        if (trace is ["42501"])
        {
            Assert.Equal("42501", await Db.Error(sql));
            trace = [];
        }
        else
        {
            await Db.Do(sql);
        }

        Assert.Equal(trace, await Trace(since));
    }

    [Theory]
    [MemberData(nameof(SignIns))]
    public async Task Signing_in_and_out_leaves_a_trace(string sql, string[] trace)
    {
        var since = await Since();
        await Db.AsRole("rlschat_test_functions").Do(sql);
        Assert.Equal(trace, await Trace(since));
    }

    [Fact]
    public async Task Accounts_and_organizations_come_with_a_trace()
    {
        var since = await Since();
        Db.Remember("newcomer", await Db.AsRole("rlschat_test_functions").Ask<Guid>("select auth.sign_up('newcomer@test', 'hash')"));
        Assert.Equal(["account_created User by newcomer about newcomer in -"], await Trace(since));

        // An address that is proven is a change of it, and one alone.
        since = await Since();
        await Db.AsRole("rlschat_test_functions").Do("select set_config('auth.uid', [newcomer], true)");
        await Db.Do("select auth.request_verification('verify_email', 'newcomer@test', sha256('t'))");
        Assert.Empty(await Trace(since));
        await Db.AsRole("rlschat_test_functions").Do("select auth.verify_email(sha256('t'), 'hash')");
        Assert.Equal(["email_changed User by newcomer about newcomer in -"], await Trace(since));

        since = await Since();
        await Db.As("loner").Do("select public.create_organization('Solo')");
        Assert.Equal(
            ["member_joined User by loner about loner in Solo", "organization_created Organization by loner about - in Solo"],
            await Trace(since));
    }

    [Fact]
    public async Task A_session_that_ended_by_itself_is_purged_without_one()
    {
        var since = await Since();
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public.sessions set "expires" = now() at time zone 'utc' - interval '8 days' where "userId" = [owner]""");
        Assert.Equal(1, await Db.AsRole("rlschat_purge").Do("delete from public.sessions"));
        Assert.Empty(await Trace(since));
    }

    [Fact]
    public async Task Handing_a_row_to_its_owner_leaves_no_trace()
    {
        const string Give = """update public."Document" set "userId" = [heir] where "organizationId" = [Acme]""";
        var since = await Since();
        Assert.Equal(1, await Db.AsRole("rlschat_test_functions").Do(Give.Replace("heir", "owner", StringComparison.Ordinal)));
        Assert.Empty(await Trace(since));
        Assert.Equal(1, await Db.AsRole("rlschat_test_functions").Do(Give.Replace("heir", "member", StringComparison.Ordinal)));
        Assert.Equal(["owner_changed Document by - about member in Acme"], await Trace(since));
    }

    [Fact]
    public async Task A_deed_that_is_rolled_back_leaves_none()
    {
        var since = await Since();
        Assert.Equal("22012", await Db.As("admin").Error("select public.set_member_role([owner], [clerk]); select 1 / 0"));
        Assert.Null(await Db.Error("select public.set_member_role([owner], [clerk])"));
        Assert.Empty(await Trace(since));
        await Db.As("admin").Do("select public.set_member_role([owner], [clerk])");
        Assert.Single(await Trace(since));
    }

    [Fact]
    public async Task An_audit_event_says_what_changed_and_no_secret()
    {
        var since = await Since();
        await Db.As("can_manage_members").Do("select public.set_member_role([owner], [clerk])");
        await Db.AsRole("rlschat_test_functions").Do("select auth.open_session([owner], sha256('r'), sha256('s'))");
        await Db.Do("select auth.replace_password_hash([owner], 'hash of owner', 'new hash')");
        Assert.Equal(["true", "false", "false"], await Db.AsRole("rlschat_backup").List(
            $$"""
            select ("details" = jsonb_build_object('from', [member role]::uuid, 'to', [clerk]::uuid))::text from public."AuditEvent"
            where "id" > {{since}} and "action" = 'member_role_changed'
            union all
            select (e::text ~ ('hash|' || encode(sha256('r'), 'hex') || '|' || encode(sha256('s'), 'hex')))::text from public."AuditEvent" e
            where "id" > {{since}} and "action" <> 'member_role_changed'
            """));
    }

    protected override async Task Prepare()
    {
        await Db.As("admin").Make("clerk", """insert into public."Role" ("name", "organizationId") values ('clerk', [Acme])""");
        await Db.Do("select public.invite_member('loner@test', [clerk], sha256('secret'))");
        await Db.As("owner").Make("chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Acme])""");
        await Db.Do("""insert into public."Document" ("title", "organizationId") values ('d', [Acme])""");
        await Db.As("operator").Do("select public.grant_credits([owner], 5, 'x')");
        await Db.AsRole("rlschat_test_functions").Do("select auth.open_session([owner], sha256('owner'), sha256('secret of owner'))");
        await Db.Do("select auth.open_session([outsider], sha256('outsider'), sha256('secret of outsider'))");
        await Db.Do("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([owner], 'oauth', 'github', 'octo')""");
        // What goes with an account leaves no trace of its own.
        await Db.Do("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([outsider], 'oauth', 'github', 'cat')""");
    }

    private async Task<long> Since()
    {
        return await Db.AsRole("rlschat_backup").Ask<long>("""select max("id") from public."AuditEvent" """);
    }

    // The outsider may be gone by now; organizations may have been renamed.
    private async Task<List<string>> Trace(long since)
    {
        return await Db.AsRole("rlschat_backup").List(
            $"""
            select concat_ws(' ', e."action", e."target",
              'by', coalesce(split_part(a."email", '@', 1), case e."actorId" when [outsider] then 'outsider' end, '-'),
              'about', coalesce(split_part(s."email", '@', 1), case e."subjectId" when [outsider] then 'outsider' end, '-'),
              'in', case e."organizationId" when [Acme] then 'Acme' else coalesce(o."name", '-') end)
            from public."AuditEvent" e
            left join public."User" a on a."id" = e."actorId"
            left join public."User" s on s."id" = e."subjectId"
            left join public."Organization" o on o."id" = e."organizationId"
            where e."id" > {since}
            order by 1
            """);
    }
}
