using Npgsql;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// Whole statements, and functions inside one, that reach for the server, its files, its catalogue or the
/// database's definitions. A superuser can do each (the control), undone at once.
/// </summary>
public sealed class DeniedTests(BreachedApi api) : BreachTest(api)
{
    /// <summary>A line an attack; its error is 42501 unless it begins with another SQLSTATE and a colon.</summary>
    private const string Statements = """
        set role rlschat_owner
        set role sign_in_definer
        set role identity_setter
        set role admin
        set role rlschat_backup
        set role rlschat_purge
        set role rlschat_stats
        set role rlschat_auth
        set role rlschat_live
        set role pg_read_all_data
        set local role rlschat_owner
        set session authorization rlschat_auth
        select set_config('role', 'sign_in_definer', true)
        select set_config('role', 'rlschat_backup', false)
        select set_config('session_authorization', 'rlschat_owner', true)
        select set_config('session_replication_role', 'replica', true)
        select set_config('log_statement', 'none', true)
        select set_config('lo_compat_privileges', 'on', true)
        select set_config('dynamic_library_path', '/tmp', true)
        select set_config('session_preload_libraries', 'evil', true)
        load '/tmp/evil.so'
        copy (select 1) to '/tmp/rlschat-stolen'
        copy (select 1) to program 'cat'
        copy public."Chat" ("title") from program 'echo planted'
        copy public."Chat" ("title") from '/etc/hostname'
        select lo_import('/etc/hostname')::text
        select lo_create(0)::text
        select lo_creat(0)::text
        select lo_from_bytea(0, 'x')::text
        select pg_read_file('/etc/hostname')
        select pg_read_binary_file('/etc/hostname')::text
        select pg_ls_dir('.')
        select pg_stat_file('postgresql.conf')::text
        select name from pg_ls_tmpdir()
        select name from pg_ls_waldir()
        select rolpassword from pg_authid
        select passwd from pg_shadow
        select count(*)::text from pg_statistic
        select count(*)::text from pg_statistic_ext_data
        select count(*)::text from pg_user_mapping
        select count(*)::text from pg_largeobject
        select count(*)::text from pg_hba_file_rules
        select count(*)::text from pg_file_settings
        select count(*)::text from pg_backend_memory_contexts
        select count(*)::text from pg_shmem_allocations
        select query from pg_stat_activity
        select query from pg_stat_get_activity(null)
        select pg_stat_get_backend_activity(1)
        select pg_terminate_backend(pg_backend_pid() + 1000000)::text
        select pg_cancel_backend(pg_backend_pid() + 1000000)::text
        select pg_reload_conf()::text
        select pg_rotate_logfile()::text
        select pg_log_backend_memory_contexts(0)::text
        select pg_create_restore_point('x')::text
        create schema mine
        create table public.mine ()
        create temporary table "Chat" ()
        create temporary view "Chat" as select 1
        create temporary sequence mine
        create function pg_temp.now() returns timestamptz language sql as 'select null::timestamptz'
        create function public.now() returns timestamptz language sql as 'select null::timestamptz'
        create operator public.= (leftarg = uuid, rightarg = uuid, procedure = uuid_ne)
        create type public.uuid as (x int)
        create domain public.text as int
        create cast (bytea as uuid) without function
        create event trigger mine on ddl_command_end execute function pg_catalog.tsvector_update_trigger()
        create extension dblink schema public
        create extension file_fdw schema public
        create extension pgcrypto schema public
        create publication mine for all tables
        create policy mine on public."Chat" using (true)
        create index on public."Chat" ("title")
        create statistics public.mine on "title", "userId" from public."Chat"
        create rule mine as on insert to public."Chat" do also nothing
        create trigger mine before update on public."Chat" for each row execute function pg_catalog.suppress_redundant_updates_trigger()
        create role mine
        create view public.mine as select 1 as x
        alter role rlschat_api bypassrls
        alter role regular_user superuser
        alter table public."Chat" disable row level security
        alter table public."Chat" no force row level security
        alter table public."Chat" owner to regular_user
        alter table public."Chat" disable trigger all
        alter policy users_own_chats on public."Chat" using (true)
        alter function auth.uid() security invoker
        alter function auth.uid() reset all
        alter view public."Colleague" reset (security_barrier)
        alter default privileges for role rlschat_owner grant select on tables to public
        alter database template1 connection limit 0
        comment on table public."Chat" is 'mine'
        drop table public."Message" cascade
        drop policy users_own_chats on public."Chat"
        drop function auth.uid() cascade
        truncate public."Vote"
        grant identity_setter to regular_user
        grant rlschat_owner to rlschat_api
        drop owned by sign_in_definer
        reassign owned by rlschat_owner to regular_user
        cluster public."Chat" using "Chat_pkey"
        select nextval('public.accounts_id_seq')::text
        select setval('public.sessions_id_seq', 1)::text
        select setval('public."CreditEntry_id_seq"', 1)::text
        select currval('public."AuditEvent_id_seq"')::text
        select last_value::text from public.sessions_id_seq
        select "sessionToken" from public.sessions
        select "secretDigest"::text from public.sessions
        select "password" from public."User"
        select row_to_json(t)::text from public."User" t
        select t::text from public."Invitation" t
        select table_to_xml('public.sessions', true, true, '')::text
        select "token" from public."verificationToken"
        select "access_token" from public.accounts
        select count(*)::text from public."Event"
        select count(*)::text from app_private.setting
        select count(*)::text from monitor.policies
        select auth.credentials('ben@example.org')::text
        select auth.open_session('[ben]', 'a', 'b')::text
        select app_private.grant_operator('mallory@example.org')::text
        select public.handle_new_user()::text
        explain select * from public.sessions
        update public."Chat" set "userId" = '[mallory]' where "id" = '[my chat]'
        update public."User" set "creditBalance" = 1000000 where "id" = '[mallory]'
        insert into public."AuditEvent" ("action", "target") values ('x', 'y')
        insert into public."CreditEntry" ("userId", "amount", "reason") values ('[mallory]', 1, 'x')
        """;

    /// <summary>No privilege stops these, but what the request is: a read, or a statement among others.</summary>
    private const string OutOfPlace = """
        25001: select set_config('transaction_read_only', 'off', true)
        25001: select set_config('transaction_isolation', 'repeatable read', true)
        25006: insert into public."Chat" ("title") values ('planted')
        25006: update public."Chat" set "title" = 'planted'
        25006: select "title" from public."Chat" for update
        25006: select public.spend_credits(1, 'x')::text
        25006: select public.leave_organization()::text
        42501: select set_config('row_security', 'off', true) || (select string_agg("title", ', ') from public."Chat")
        """;

    public static readonly TheoryData<string> Denied = new(Lines(Statements));

    public static readonly TheoryData<string> Reading = new(Lines(OutOfPlace));

    [Theory]
    [MemberData(nameof(Denied))]
    public async Task Denied_to_a_person(string sql)
    {
        await Comes("42501", sql, () => Run(Api.Named(sql)));
        await BySuperuser(Api.Named(sql));
    }

    [Theory]
    [MemberData(nameof(Reading))]
    public async Task Refused_to_a_request_that_reads(string attack) => await Comes(attack[..5], attack, () => Read(Api.Named(attack[7..])));

    /// <summary>The control, undone at once: a superuser gets past the privilege, if not always to an end.</summary>
    private async Task BySuperuser(string sql)
    {
        await using var connection = new NpgsqlConnection(Api.Database.RequiredSuperuser);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException e)
        {
            Assert.NotEqual(PostgresErrorCodes.InsufficientPrivilege, e.SqlState);
        }
    }

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
