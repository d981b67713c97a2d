using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// The catalogue rules (view <c>monitor.findings</c>): nothing in this database breaks one. (That each of
/// them finds the defect that it is there for: Linting/SeededDefectTests.)
/// </summary>
public sealed class CatalogueTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    [Fact]
    public async Task Nothing_breaks_a_catalogue_rule()
    {
        await Db.AsRole("monitor");
        Assert.Equal([], await Db.List("select rule || ': ' || object || ' ' || finding from monitor.findings"));
    }

    /// <summary>Every SECURITY DEFINER function, and why it cannot be an ordinary one: in its file.</summary>
    private const string Definers = """
        app_private.audit_record                 volatile
        app_private.ensure_builtin_rows          volatile
        app_private.grant_operator               volatile
        app_private.hand_over                    volatile
        app_private.lock_colleague               volatile
        app_private.permissions_of               stable
        app_private.release_address              volatile
        app_private.tg__member_writes            volatile
        app_private.tg_accounts__audit           volatile
        app_private.tg_accounts__last_way_in     volatile
        app_private.tg_chat__audit               volatile
        app_private.tg_chat__event               volatile
        app_private.tg_credit_entry__audit       volatile
        app_private.tg_credit_entry__balance     volatile
        app_private.tg_document__audit           volatile
        app_private.tg_invitation__audit         volatile
        app_private.tg_message__event            volatile
        app_private.tg_message__quota            volatile
        app_private.tg_organization__audit       volatile
        app_private.tg_organization__empty       volatile
        app_private.tg_role__audit               volatile
        app_private.tg_sessions__audit           volatile
        app_private.tg_sessions__family          volatile
        app_private.tg_stream__event             volatile
        app_private.tg_stream_chunk__append      volatile
        app_private.tg_user__audit               volatile
        app_private.tg_user__event               volatile
        app_private.tg_user__last_member         volatile
        app_private.tg_user__membership          volatile
        app_private.tg_vote__event               volatile
        app_private.use_token                    volatile
        auth.can_grant_role                      stable
        auth.can_tidy_chat                       stable
        auth.can_view_monitoring                 stable
        auth.can_write_chat                      stable
        auth.catch_up                            stable
        auth.change_password                     volatile
        auth.credentials                         stable
        auth.deliver                             stable
        auth.deliver_chunks                      stable
        auth.ended_subscriptions                 stable
        auth.gauges                              stable
        auth.is_document_taken                   stable
        auth.mailed_password_hash                stable
        auth.open_session                        volatile
        auth.organization_id                     stable
        auth.organization_with                   stable
        auth.own_password_hash                   stable
        auth.permissions                         stable
        auth.position                            stable
        auth.purge                               volatile
        auth.refresh_session                     volatile
        auth.replace_password_hash               volatile
        auth.report_ids                          stable
        auth.request_verification                volatile
        auth.reset_password                      volatile
        auth.session_id                          stable
        auth.sign_in_oauth                       volatile
        auth.sign_out                            volatile
        auth.sign_up                             volatile
        auth.stream_silence                      stable
        auth.uid                                 stable
        auth.verify_email                        volatile
        monitor.activity                         stable
        monitor.statements                       stable
        public.accept_invitation                 volatile
        public.create_organization               volatile
        public.finish_stream                     volatile
        public.grant_credits                     volatile
        public.handle_new_user                   volatile
        public.leave_organization                volatile
        public.remove_member                     volatile
        public.set_member_manager                volatile
        public.set_member_role                   volatile
        public.spend_credits                     volatile
        """;

    [Fact]
    public async Task Definer_functions_are_the_ones_on_this_list()
    {
        var listed = Definers.Split('\n', StringSplitOptions.TrimEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(listed, await Db.List("""
            select n.nspname || '.' || p.proname || ' '
              || case p.provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and n.nspname in ('public', 'auth', 'app_private', 'monitor')
            order by (n.nspname || '.' || p.proname) collate "C"
            """));
    }

    // What is called immutable may be answered once for a plan, and so for whoever asks next.
    [Fact]
    public async Task Immutable_are_these_and_no_other() => Assert.Equal(
        ["app_private.are_permissions", "app_private.is_blank", "auth.covers", "auth.folded_address"],
        await Db.List("""
            select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where p.provolatile = 'i' and n.nspname in ('public', 'auth', 'app_private', 'monitor')
            order by (n.nspname || '.' || p.proname) collate "C"
            """));

    // They are out of reach as long as the schema is; a grant too many would only wait for the schema's.
    [Fact]
    public async Task Private_functions_are_granted_to_these_and_no_other() => Assert.Equal(
        ["are_permissions: auth_definer regular_user", "definitions: monitor", "is_blank: auth_definer regular_user", "setting_number: auth_definer"],
        await Db.List("""
            select p.proname || ': ' || string_agg(g.grantee::regrole::text, ' ' order by g.grantee::regrole::text)
            from pg_proc p cross join aclexplode(p.proacl) g
            where p.pronamespace = 'app_private'::regnamespace and g.grantee <> p.proowner
            group by p.oid, p.proname order by p.proname collate "C"
            """));

    [Fact]
    public async Task Requests_may_execute_these_functions_and_no_other()
    {
        Assert.Equal(
            [
                "anonymous: auth.organization_id auth.stream_silence auth.uid public.stream_state",
                "monitor: monitor.activity monitor.statements",
                "regular_user: auth.can_grant_role auth.can_tidy_chat auth.can_write_chat auth.covers "
                    + "auth.folded_address auth.if_match auth.is_document_taken auth.organization_id auth.organization_with auth.permissions auth.report_ids "
                    + "auth.require_open_stream auth.session_id auth.stream_silence auth.uid public.accept_invitation "
                    + "public.append_chunk public.create_organization public.delete_account public.finish_stream public.grant_credits "
                    + "public.invite_member public.leave_organization public.remove_member public.set_member_manager "
                    + "public.set_member_role public.spend_credits public.stream_state",
                "rlschat_api: auth.can_view_monitoring auth.uid",
                "rlschat_auth: auth.change_password auth.credentials auth.gauges auth.mailed_password_hash auth.open_session auth.own_password_hash auth.purge auth.refresh_session auth.replace_password_hash "
                    + "auth.request_verification auth.reset_password auth.sign_in_oauth auth.sign_out auth.sign_up "
                    + "auth.uid auth.verify_email",
                "rlschat_live: auth.catch_up auth.deliver auth.deliver_chunks auth.ended_subscriptions auth.position",
            ],
            await Db.List("""
                select r.rolname || ': ' || coalesce(string_agg(f.name, ' ' order by f.name collate "C"), '')
                from pg_roles r
                left join (
                  select p.oid, n.oid as schema, n.nspname || '.' || p.proname as name
                  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                  where n.nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
                ) f on has_function_privilege(r.oid, f.oid, 'execute') and has_schema_privilege(r.oid, f.schema, 'usage')
                where r.rolname in ('anonymous', 'regular_user', 'monitor', 'rlschat_api', 'rlschat_auth', 'rlschat_live')
                group by r.rolname
                order by 1
                """));
    }

    [Fact]
    public async Task Explain_estimates_nothing_from_what_people_have_written()
    {
        await Db.AsRole("rlschat_owner");
        Assert.Equal(
            ["AuditEvent.details", "Chat.title", "CreditEntry.reason", "Document.content", "Document.title",
                "IdempotencyKey.body", "IdempotencyKey.key", "Invitation.email", "Message.attachments", "Message.parts",
                "Organization.name", "Role.name", "StreamChunk.data", "Suggestion.description", "Suggestion.originalText",
                "Suggestion.suggestedText", "User.email"],
            await Db.List("""
                select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
                where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attstattarget = 0
                order by (c.relname || '.' || a.attname) collate "C"
                """));
    }

    [Fact]
    public async Task Each_table_has_a_policy_file_and_a_test_class()
    {
        var tables = await Db.List("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1");
        Assert.NotEmpty(tables);
        Assert.Empty(Database.Checks.WithoutPolicyFile(tables, Database.Script.Embedded));
        var classes = typeof(CatalogueTests).Assembly.GetTypes().Select(t => t.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var table in tables)
        {
            Assert.Contains($"{table}Tests", classes);
        }
    }
}
