using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Attacks;

/// <summary>
/// Escalation through every SECURITY DEFINER function: each either is closed to every role that a request can
/// take, or has its attack here, beside the person for whom the same call does it. Initech is Ana's; Ben is a
/// member; Zed, who administers an organization of his own, attacks.
/// </summary>
[Collection(CommittingTests.Name)]
[Attack]
public sealed class DefinerTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Roles = ["anonymous", "regular_user", "monitor", "none"];

    /// <summary>What a request may call: what Zed gets of it, and who gets more.</summary>
    private static readonly Dictionary<string, (string Attack, string Comes, string Who, string Call, string Gives)> Open = new()
    {
        ["auth.can_grant_role(uuid)"] = ("select auth.can_grant_role([clerk])", "= False", "ana", "select auth.can_grant_role([clerk])", "= True"),
        ["auth.can_tidy_chat(uuid)"] = ("select auth.can_tidy_chat([chat])", "= False", "ben", "select auth.can_tidy_chat([chat])", "= True"),
        ["auth.can_write_chat(uuid)"] = ("select auth.can_write_chat([chat])", "= False", "ben", "select auth.can_write_chat([chat])", "= True"),
        // It tells who knows an id that the id is somebody's; it is 122 random bits.
        ["auth.is_document_taken(uuid)"] = ("select auth.is_document_taken([document])", "= True", "ben", "select auth.is_document_taken([document])", "= False"),
        ["auth.organization_id()"] = ("select auth.organization_id() = [Initech]", "= False", "ben", "select auth.organization_id() = [Initech]", "= True"),
        ["auth.organization_with(text)"] = ("select auth.organization_with('can_manage_members') = [Initech]", "= False", "ana", "select auth.organization_with('can_manage_members') = [Initech]", "= True"),
        ["auth.permissions()"] = ("select auth.permissions() ? 'can_grant_credits'", "= False", "bank", "select auth.permissions() ? 'can_grant_credits'", "= True"),
        ["auth.report_ids()"] = ("select cardinality(auth.report_ids())", "= 0", "ana", "select cardinality(auth.report_ids())", "= 1"),
        ["auth.session_id()"] = ("select auth.session_id() in (select s.\"id\" from public.sessions s)", "= True", "ben", "select auth.session_id() in (select s.\"id\" from public.sessions s)", "= True"),
        ["auth.stream_silence()"] = ("select extract(epoch from auth.stream_silence())::int", "= 60", "ben", "select extract(epoch from auth.stream_silence())::int", "= 60"),
        ["auth.uid()"] = ("select set_config('auth.uid', [ben]::text, true) <> '' and auth.uid() is null", "= True", "ben", "select auth.uid() = [ben]", "= True"),
        ["public.accept_invitation(text)"] = ("select public.accept_invitation([token])", "RC004", "dora", "select public.accept_invitation([token]) = [Initech]", "= True"),
        ["public.create_organization(text)"] = ("select public.create_organization('another')", "RC002", "dora", "select public.create_organization('hers') is not null", "= True"),
        ["public.finish_stream(uuid,text,uuid)"] = ("select count(*) from public.finish_stream([stream])", "= 0", "ben", "select count(*) from public.finish_stream([stream])", "= 1"),
        ["public.grant_credits(uuid,numeric,text)"] = ("select public.grant_credits([zed], 5, 'mine')", "42501", "bank", "select public.grant_credits([zed], 5, 'given')", "= 5.00"),
        ["public.leave_organization(uuid)"] = ("select public.leave_organization([Initech])", "= False", "ben", "select public.leave_organization([Initech])", "= True"),
        ["public.remove_member(uuid,text[])"] = ("select public.remove_member([ben])", "= False", "ana", "select public.remove_member([ben])", "= True"),
        ["public.set_member_manager(uuid,uuid,text[])"] = ("select public.set_member_manager([ben], [zed])", "= False", "ana", "select public.set_member_manager([ben], null)", "= True"),
        ["public.set_member_role(uuid,uuid,text[])"] = ("select public.set_member_role([ben], [admin role])", "= False", "ana", "select public.set_member_role([ben], [clerk])", "= True"),
        ["public.spend_credits(numeric,text)"] = ("select public.spend_credits(1, 'theirs')", "RC005", "ben", "select public.spend_credits(1, 'mine')", "= 6.00"),
    };

    /// <summary>What no request may call, whatever its role.</summary>
    private const string Closed = """
        app_private.audit_record
        app_private.ensure_builtin_rows
        app_private.grant_operator
        app_private.hand_over
        app_private.lock_colleague
        app_private.permissions_of
        app_private.release_address
        app_private.tg__member_writes
        app_private.tg_accounts__audit
        app_private.tg_accounts__last_way_in
        app_private.tg_chat__audit
        app_private.tg_chat__event
        app_private.tg_credit_entry__audit
        app_private.tg_credit_entry__balance
        app_private.tg_document__audit
        app_private.tg_invitation__audit
        app_private.tg_message__event
        app_private.tg_message__quota
        app_private.tg_organization__audit
        app_private.tg_organization__empty
        app_private.tg_role__audit
        app_private.tg_sessions__audit
        app_private.tg_sessions__family
        app_private.tg_stream__event
        app_private.tg_stream_chunk__append
        app_private.tg_user__audit
        app_private.tg_user__event
        app_private.tg_user__last_member
        app_private.tg_user__membership
        app_private.tg_vote__event
        app_private.use_token
        auth.catch_up
        auth.change_password
        auth.credentials
        auth.deliver
        auth.deliver_chunks
        auth.ended_subscriptions
        auth.gauges
        auth.mailed_password_hash
        auth.open_session
        auth.own_password_hash
        auth.position
        auth.purge
        auth.refresh_session
        auth.replace_password_hash
        auth.request_verification
        auth.reset_password
        auth.sign_in_oauth
        auth.sign_out
        auth.sign_up
        auth.verify_email
        public.handle_new_user
        """;

    /// <summary>Those that the role monitor may call, and that show nothing to who lacks the permission.</summary>
    private static readonly Dictionary<string, string> OfMonitoring = new()
    {
        ["auth.can_view_monitoring()"] = "select auth.can_view_monitoring()",
        ["monitor.activity()"] = "select count(*) > 0 from monitor.activity()",
        ["monitor.statements()"] = "select count(*) > 0 from monitor.statements()",
    };

    private World world = null!;
    private Intruder intruder = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "ben:member", "zed:", "dora:", "bank:operator");
        var race = new Race(fixture, world);
        await race.Alone<Guid>("zed", "select public.create_organization('Zedland')");
        world["clerk"] = await race.Alone<Guid>("ana", """insert into public."Role" ("name", "organizationId") values ('clerk', [Initech]) returning "id" """);
        await race.Alone<bool>("ana", "select public.set_member_manager([ben], [ana])");
        world["chat"] = await race.Alone<Guid>("ben", """insert into public."Chat" ("title") values ('x') returning "id" """);
        world["document"] = await race.Alone<Guid>("ben", """insert into public."Document" ("title") values ('x') returning "id" """);
        world["stream"] = await race.Alone<Guid>("ben", """insert into public."Stream" ("chatId") values ([chat]) returning "id" """);
        await race.Alone<DateTime>("ben", "select public.append_chunk([stream], 0, 'x')");
        await race.Alone<decimal>("bank", "select public.grant_credits([ben], 7, 'x')");
        world["token"] = Guid.NewGuid();
        intruder = await Intruder.With(fixture, world, "ana", "ben", "zed", "dora", "bank");
        var mail = await intruder.AsRole("""select "email" from public."User" where "id" = [dora]""");
        await race.Alone<Guid>("ana", $"select public.invite_member('{mail}', [clerk], sha256([token]))");
    }

    public async Task DisposeAsync() => await intruder.DisposeAsync();

    [Fact]
    public async Task Every_definer_function_has_its_line()
    {
        Assert.Equal(Open.Keys.Concat(OfMonitoring.Keys).Concat(Lines).Order(StringComparer.Ordinal), (await Definers("prosecdef"))
            .Select(name => Open.ContainsKey(name) || OfMonitoring.ContainsKey(name) ? name : name[..name.IndexOf('(', StringComparison.Ordinal)])
            .Order(StringComparer.Ordinal));
    }

    public static readonly TheoryData<string> Callable = new(Open.Keys);

    [Theory]
    [MemberData(nameof(Callable))]
    public async Task Escalation_through(string function)
    {
        var (attack, comes, who, call, gives) = Open[function];
        var before = await Everything();
        Support.Attacks.Count();
        Assert.Equal(comes, await intruder.Runs("zed", attack));
        Assert.Equal(before, await Everything());
        Assert.Equal(gives, await intruder.Runs(who, call));
    }

    [Fact]
    public async Task Calling_what_is_closed()
    {
        var before = await Everything();
        foreach (var call in await Definers("prosecdef", calls: true))
        {
            var name = call["select ".Length..call.IndexOf('(', StringComparison.Ordinal)];
            foreach (var role in Roles.Where(_ => Lines.Contains(name)))
            {
                Support.Attacks.Count();
                var answer = await intruder.Runs("zed", role, [call]);
                Assert.True(answer == "42501", $"{role}: {call}: {answer}");
            }
        }

        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task Looking_at_the_system_in_the_role_monitor()
    {
        foreach (var (name, sql) in OfMonitoring)
        {
            Support.Attacks.Count();
            Assert.Equal(name.StartsWith("auth.", StringComparison.Ordinal) ? "42501" : "= False", await intruder.Runs("zed", "monitor", [sql]));
            Assert.Equal("42501", await intruder.Runs("zed", sql));
        }

        Assert.Equal("= True", await intruder.Runs("bank", "monitor", ["select count(*) > 0 from monitor.activity()"]));
    }

    private static string[] Lines => Closed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private async Task<List<string>> Definers(string condition, bool calls = false)
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        return await new Db(connection, world).List($"""
            select format('%s%s.%s(%s)', case when {calls} then 'select ' end, n.nspname, p.proname, (
                select string_agg(case when {calls} then 'null::' else '' end || format_type(t.t, null), ',' order by t.n)
                from unnest(p.proargtypes) with ordinality t (t, n)))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname in ('public', 'auth', 'app_private', 'monitor') and p.prokind = 'f' and {condition}
            order by 1
            """);
    }

    private Task<string> Everything() => intruder.AsRole(
        """
        select md5(concat_ws(' ', (select json_agg(t order by t."id") from public."User" t), (select json_agg(t order by t."id") from public."Role" t),
          (select json_agg(t order by t."id") from public."Chat" t), (select json_agg(t order by t."id") from public."Document" t),
          (select json_agg(t order by t."id") from public."Message" t), (select json_agg(t order by t."id") from public."Stream" t),
          (select json_agg(t order by t."id") from public."Organization" t), (select json_agg(t order by t."id") from public."Invitation" t),
          (select json_agg(t order by t."id") from public."CreditEntry" t), (select json_agg(t order by t."id") from public.sessions t),
          (select json_agg(t order by t."id") from public.accounts t), (select json_agg(t) from public."verificationToken" t)))
        """, "rlschat_backup");
}
