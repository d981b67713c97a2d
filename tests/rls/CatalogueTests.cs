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
        Assert.Equal([], await Db.AsRole("monitor").List("select rule || ': ' || object || ' ' || finding from monitor.findings"));
    }

    /// <summary>Every SECURITY DEFINER function, and with whose rights it runs. Why it cannot be an ordinary one: in its file.</summary>
    private const string Definers = """
        app_private.audit_record                 volatile  record_definer
        app_private.ensure_builtin_rows          volatile  builtin_definer
        app_private.grant_operator               volatile  membership_definer
        app_private.hand_over                    volatile  membership_definer
        app_private.lock_colleague               volatile  membership_definer
        app_private.permissions_of               stable    identity_definer
        app_private.rehearse_delivery            stable    live_definer
        app_private.release_address              volatile  sign_in_definer
        app_private.tg__member_writes            volatile  membership_definer
        app_private.tg_accounts__audit           volatile  record_definer
        app_private.tg_accounts__last_way_in     volatile  sign_in_definer
        app_private.tg_chat__audit               volatile  record_definer
        app_private.tg_chat__event               volatile  record_definer
        app_private.tg_credit_entry__audit       volatile  record_definer
        app_private.tg_credit_entry__balance     volatile  credit_definer
        app_private.tg_document__audit           volatile  record_definer
        app_private.tg_invitation__audit         volatile  record_definer
        app_private.tg_message__event            volatile  record_definer
        app_private.tg_message__quota            volatile  credit_definer
        app_private.tg_organization__audit       volatile  record_definer
        app_private.tg_organization__empty       volatile  membership_definer
        app_private.tg_role__audit               volatile  record_definer
        app_private.tg_sessions__audit           volatile  record_definer
        app_private.tg_sessions__family          volatile  sign_in_definer
        app_private.tg_stream__event             volatile  record_definer
        app_private.tg_stream_chunk__append      volatile  chat_definer
        app_private.tg_user__audit               volatile  record_definer
        app_private.tg_user__event               volatile  record_definer
        app_private.tg_user__last_member         volatile  membership_definer
        app_private.tg_user__lock_organization   volatile  membership_definer
        app_private.tg_user__membership          volatile  membership_definer
        app_private.tg_vote__event               volatile  record_definer
        app_private.use_token                    volatile  sign_in_definer
        auth.can_grant_role                      stable    identity_definer
        auth.can_tidy_chat                       stable    identity_definer
        auth.can_view_monitoring                 stable    identity_definer
        auth.can_write_chat                      stable    identity_definer
        auth.catch_up                            stable    live_definer
        auth.change_password                     volatile  sign_in_definer
        auth.credentials                         stable    sign_in_definer
        auth.deliver                             stable    live_definer
        auth.deliver_chunks                      stable    live_definer
        auth.ended_subscriptions                 stable    live_definer
        auth.gauges                              stable    sign_in_definer
        auth.impersonate                         volatile  sign_in_definer
        auth.is_document_taken                   stable    identity_definer
        auth.mailed_password_hash                stable    sign_in_definer
        auth.open_session                        volatile  sign_in_definer
        auth.organization_id                     stable    identity_definer
        auth.organization_with                   stable    identity_definer
        auth.own_password_hash                   stable    sign_in_definer
        auth.permissions                         stable    identity_definer
        auth.position                            stable    live_definer
        auth.purge                               volatile  rlschat_purge
        auth.refresh_session                     volatile  sign_in_definer
        auth.replace_password_hash               volatile  sign_in_definer
        auth.report_ids                          stable    identity_definer
        auth.request_verification                volatile  sign_in_definer
        auth.require_message_allowance           stable    credit_definer
        auth.reset_password                      volatile  sign_in_definer
        auth.session_id                          stable    identity_definer
        auth.sign_in_oauth                       volatile  sign_in_definer
        auth.sign_out                            volatile  sign_in_definer
        auth.sign_up                             volatile  sign_in_definer
        auth.stream_silence                      stable    chat_definer
        auth.uid                                 stable    identity_definer
        auth.verify_email                        volatile  sign_in_definer
        monitor.activity                         stable    rlschat_stats
        monitor.record_inquiry                   volatile  record_definer
        monitor.statements                       stable    rlschat_stats
        public.abandon_stream                    volatile  chat_definer
        public.accept_invitation                 volatile  membership_definer
        public.create_organization               volatile  membership_definer
        public.finish_stream                     volatile  chat_definer
        public.grant_credits                     volatile  credit_definer
        public.handle_new_user                   volatile  sign_in_definer
        public.leave_organization                volatile  membership_definer
        public.remove_member                     volatile  membership_definer
        public.set_member_manager                volatile  membership_definer
        public.set_member_role                   volatile  membership_definer
        public.spend_credits                     volatile  credit_definer
        """;

    [Fact]
    public async Task Definer_functions_are_the_ones_on_this_list()
    {
        var listed = Definers.Split('\n', StringSplitOptions.TrimEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(listed, await Db.List("""
            select n.nspname || '.' || p.proname || ' '
              || case p.provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end
              || ' ' || pg_get_userbyid(p.proowner)
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
    private const string Writers =
        "builtin_definer chat_definer credit_definer identity_definer live_definer membership_definer record_definer "
        + "regular_user sign_in_definer";

    [Fact]
    public async Task Private_functions_are_granted_to_these_and_no_other() => Assert.Equal(
        [
            $"are_permissions: {Writers}", "audit_record: membership_definer sign_in_definer", "definitions: monitor", $"is_blank: {Writers}",
            "permissions_of: membership_definer sign_in_definer", "rehearse_delivery: rlschat_backup", "setting_number: chat_definer credit_definer",
            "tg__impersonation: rlschat_explain", "tg__touch: rlschat_explain", "tg_suggestion__two_people: rlschat_explain", "tg_vote__chat: rlschat_explain",
        ],
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
                "monitor: monitor.activity monitor.grants_of monitor.record_inquiry monitor.statements",
                "regular_user: auth.can_grant_role auth.can_tidy_chat auth.can_write_chat auth.covers "
                    + "auth.folded_address auth.if_match auth.impersonate auth.is_document_taken auth.organization_id auth.organization_with auth.permissions auth.report_ids "
                    + "auth.require_message_allowance auth.require_open_stream auth.session_id auth.stream_silence auth.uid public.abandon_stream public.accept_invitation "
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
            ["AuditEvent.details", "AuditEvent.targetId", "Chat.title", "CreditEntry.reason", "Document.content", "Document.title",
                "IdempotencyKey.body", "IdempotencyKey.key", "Invitation.email", "Message.attachments", "Message.parts",
                "Organization.name", "Role.name", "StreamChunk.data", "Suggestion.description", "Suggestion.originalText",
                "Suggestion.suggestedText", "User.email", "accounts.providerAccountId", "accounts.scope", "sessions.client"],
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
