namespace RlsChat.Tests.Proof.Linting;

/// <summary>
/// What a careless colleague, or somebody with an intention, may do to this database: each line the
/// rule that must find it and the statements that seed it. Most need no more than the owner's role.
/// </summary>
internal static partial class Defects
{
    /// <summary>By the role that owns the tables, as a migration would.</summary>
    public const string OfTheOwner = """
        rls_forced            alter table public."Chat" no force row level security
        rls_forced            alter table public."Chat" disable row level security
        rls_forced            create table public."New" ()
        rls_forced            create table public."Part" partition of public."Parted" default
        rls_forced            create table app_private."Hidden" () inherits (public."Chat")
        has_policy            create table public."New" ()
        has_backup_policy     drop policy select_backup on public."Chat"
        has_backup_policy     create table auth.unread ()
        has_backup_policy     revoke usage on schema app_private from rlschat_backup
        has_backup_policy     revoke select on sequence public.sessions_id_seq from rlschat_backup
        owner                 alter table public."Chat" owner to identity_definer
        owner                 alter view monitor.tables owner to rlschat_purge
        comment               comment on table public."Chat" is null
        comment               comment on policy org_access on public."Chat" is null
        comment               comment on function auth.uid() is null
        primary_key           alter table public."Vote" drop constraint "Vote_pkey"
        foreign_key_index     drop index public."Message_userId_idx"
        constraint            alter table public."Chat" add constraint later check ("title" <> '') not valid
        index_duplicate       create index again on public."Message" ("userId")
        index_duplicate       create index again on public."User" ("id")
        trigger_enabled       alter table public."Message" disable trigger user
        trigger_enabled       alter table public."User" enable replica trigger _200_membership
        rewrite_rule          create rule keep as on delete to public."Vote" do instead nothing

        policy_name           create policy users_own on public."Chat" for select to regular_user using ("userId" = (select auth.uid()))
        policy_name           alter policy select_reader on public."Vote" rename to insert_reader
        policy_name           alter policy select_reader on public."Vote" rename to function_select_reader
        policy_name           alter policy function_select_live on public."Chat" rename to select_definer
        policy_name           alter policy insert_self on public."Vote" to regular_user, live_definer
        policy_role           create policy everybody on public."Chat" for select using ("id" is null)
        policy_role           alter policy function_select_chat on public."StreamChunk" to chat_definer, regular_user
        policy_role           alter policy function_insert on public."Message" to chat_definer, rlschat_api
        policy_command        create policy everything on public."Chat" to regular_user using (false)
        policy_check          create policy rename on public."Chat" for update to regular_user using (false)
        policy_open           create policy all_of_them on public."Vote" for select to anonymous using (true)
        policy_open           create policy all_of_them on public."Vote" for delete to regular_user using (true)
        policy_open           alter policy update_self on public."Vote" using ((select auth.uid()) is not null) with check ((select auth.uid()) is not null)
        policy_open           alter policy insert_self on public."Vote" with check (true)
        policy_open           alter policy update_self on public."Vote" with check (true)
        policy_session        create policy shared on public."Chat" for select to anonymous, regular_user using ("visibility" = 'public')
        policy_session        create policy shared on public."Vote" for insert to regular_user with check ("value" = 'up')
        policy_identity       create policy mine on public."Chat" for select to regular_user using ("userId"::text = current_setting('auth.uid', true))
        policy_identity       create policy mine on public."Chat" for select to regular_user using ("title" = current_user)
        policy_initplan       create policy slow on public."Chat" for select to regular_user using ("userId" = auth.uid())
        policy_initplan       create policy slow on public."Chat" for select to regular_user using ("organizationId" = auth.organization_with('x'))
        policy_stable         alter function auth.can_write_chat(uuid) volatile
        policy_stable         create policy lot on public."Chat" for select to regular_user using ("userId" is null and random() < 0.5)
        policy_execute        revoke execute on function auth.can_write_chat(uuid) from regular_user
        policy_cast           create policy typed on public."Chat" for select to regular_user using ("title"::uuid = (select auth.uid()))
        policy_cast           create policy flag on public."Role" for select to regular_user using (("permissions" -> 'open')::boolean)
        policy_cast           create policy flag on public."Role" for select to regular_user using (("permissions" ->> 'open')::boolean)
        policy_parent         alter policy insert_writer on public."Stream" with check ("userId" = (select auth.uid()))
        policy_parent         alter policy insert_author on public."Suggestion" with check ("userId" = (select auth.uid()))
        policy_parent         alter policy insert_opener on public."StreamChunk" with check ("index" >= 0 and (select auth.uid()) is not null)
        policy_recursion      create policy loop on public."Chat" for select to regular_user using ((select true from public."Message" m where m."chatId" = "Chat"."id"))
        policy_recursion      create policy loop on public."Role" for select to regular_user using ((select true from public."Role" r where r."id" = "Role"."id"))
        policy_recursion      create policy loop on public."Chat" for insert to regular_user with check ((select true from public."Vote" v where v."chatId" = "Chat"."id"))
        policy_recursion      create view public."Said" with (security_invoker) as select m."chatId" from public."Message" m; create view public."Told" with (security_invoker) as table public."Said"; create policy loop on public."Chat" for select to regular_user using (exists (select from public."Told" s where s."chatId" = "Chat"."id"))
        policy_index          drop index public."Message_userId_idx"
        policy_grant          revoke delete on public."Vote" from regular_user
        grant_policy          drop policy delete_self on public."Vote"
        grant_policy          drop policy select_reader on public."Stream"

        function_search_path  alter function auth.uid() reset search_path
        function_search_path  create function app_private.f() returns int language sql as 'select 1'
        function_owner        alter function auth.uid() owner to rlschat_owner
        function_owner        alter function auth.covers(jsonb, jsonb) owner to rlschat_purge
        function_public       grant execute on function auth.uid() to public
        function_public       alter default privileges grant execute on functions to public; create function app_private.f() returns int language sql set search_path = '' as 'select 1'
        function_immutable    alter function auth.uid() immutable
        function_immutable    create function auth.tenant() returns text language sql immutable set search_path = '' as 'select current_setting(''tenant'')'
        function_immutable    create function auth.first() returns uuid language sql immutable set search_path = '' as 'select "id" from public."User" limit 1'
        function_secret       grant execute on function auth.own_password_hash() to regular_user
        function_secret       create function public.everyone() returns setof public."User" language sql stable security definer set search_path = '' as 'table public."User"'; grant execute on function public.everyone() to anonymous

        grant_by_column       grant update on public."Chat" to regular_user
        grant_by_column       grant insert on public."Chat" to anonymous
        grant_never           grant truncate on public."Chat" to regular_user
        grant_never           grant trigger on public."Chat" to admin
        grant_never_moved     grant update ("organizationId") on public."Chat" to regular_user
        grant_never_moved     grant update ("userId") on public."Chat" to regular_user
        grant_never_moved     grant update ("creditBalance") on public."User" to regular_user
        grant_public          grant select on public."Chat" to public
        grant_public          grant select ("id") on public."Chat" to public
        grant_public          grant select on monitor.tables to public
        grant_option          grant select on public."Chat" to regular_user with grant option
        grant_place           grant select on app_private.setting to regular_user
        grant_sequence        grant usage on sequence public.sessions_id_seq to regular_user
        grant_sequence        grant select on sequence public."Event_id_seq" to anonymous
        secret                grant select on public."User" to regular_user
        secret                grant select ("tokenDigest") on public."Invitation" to regular_user
        secret                grant select ("token") on public."verificationToken" to anonymous
        secret                grant select on public.sessions to public
        schema_grant          grant create on schema public to regular_user
        schema_grant          grant create on schema auth to public
        schema_grant          grant usage on schema app_private to regular_user
        schema_grant          grant usage on schema extensions to public
        default_privileges    alter default privileges grant execute on functions to public
        default_privileges    alter default privileges in schema public grant select on tables to regular_user
        default_privileges    alter default privileges in schema public grant usage on sequences to public

        view_barrier          create view public."Everyone" as select * from public."User"
        view_barrier          alter view public."Colleague" reset (security_barrier)
        view_barrier          alter view monitor.untightened reset (security_barrier)
        view_invoker          create view public."Everyone" with (security_barrier) as select "id" from public."User"; grant select on public."Everyone" to regular_user
        view_invoker          create view monitor.chats with (security_barrier) as select "title" from public."Chat"; grant select on monitor.chats to monitor
        view_kind             create materialized view public."Copy" as select 1 as one
        grant_place           create materialized view monitor.copy as select 1 as one; grant select on monitor.copy to monitor
        extension             create extension citext schema public
        publication           create publication feed for table public."Message"
        setting               update app_private.setting set value = '1,50' where name = 'stream_price'
        setting               update app_private.setting set value = '0' where name = 'stream_silence_seconds'
        setting               update app_private.setting set value = 'x' where name = 'messages_per_hour'
        setting               update app_private.setting set value = '99999999999' where name = 'messages_per_hour'
        """;

    /// <summary>By the login that installs, which made the roles and the database.</summary>
    public const string OfTheInstaller = """
        role_reach            grant sign_in_definer to rlschat_api
        role_reach            grant identity_setter to rlschat_auth
        role_reach            grant regular_user to rlschat_live
        role_reach            grant rlschat_owner to rlschat_explain
        role_reach            grant regular_user to anonymous
        role_reach            grant sign_in_definer to rlschat_stats
        role_admin            grant regular_user to rlschat_api with admin option
        temporary_tables      do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$
        temporary_tables      do $$ begin execute format('grant temporary on database %I to regular_user', current_database()); end $$
        database_create       do $$ begin execute format('grant create on database %I to regular_user', current_database()); end $$
        role_timeout          alter role rlschat_api reset statement_timeout
        role_timeout          alter role rlschat_auth set lock_timeout = 0
        setting_preset        alter role rlschat_api set role = 'regular_user'
        """;

    /// <summary>By a superuser: only where the tests have one.</summary>
    public const string OfTheSuperuser = """
        role                  alter role rlschat_api bypassrls
        role                  alter role regular_user superuser
        role                  alter role regular_user createrole
        role                  alter role rlschat_live replication
        role_login            alter role regular_user login
        role_login            alter role rlschat_owner login
        role_inherit          alter role rlschat_api inherit; revoke regular_user from rlschat_api; grant regular_user to rlschat_api
        role_reach            grant pg_read_all_data to rlschat_owner
        role_reach            grant pg_execute_server_program to rlschat_stats
        setting_preset        alter role rlschat_auth set session_replication_role = 'replica'
        setting_preset        do $$ begin execute format('alter database %I set "auth.uid" = %L', current_database(), gen_random_uuid()); end $$
        trigger_enabled       alter table public."Vote" disable trigger all
        trigger_function      create role stranger; create function app_private.trojan() returns trigger language plpgsql set search_path = '' as 'begin return new; end'; alter function app_private.trojan() owner to stranger; create trigger trojan before insert on public."Chat" for each row execute function app_private.trojan()
        index_valid           update pg_index set indisvalid = false where indexrelid = 'public."User_pkey"'::regclass
        function_leakproof    alter function auth.covers(jsonb, jsonb) leakproof
        function_language     create function app_private.f(text) returns text language internal as 'textin'
        function_owner        create function auth.mine() returns int language sql security definer set search_path = '' as 'select 1'
        view_kind             create foreign data wrapper none; create server elsewhere foreign data wrapper none; create foreign table public."Far" (a int) server elsewhere
        publication           create publication feed for all tables
        event_trigger         create function app_private.f() returns event_trigger language plpgsql set search_path = '' as 'begin end'; alter function app_private.f() owner to rlschat_owner; create event trigger trojan on ddl_command_end execute function app_private.f()
        """;
}
