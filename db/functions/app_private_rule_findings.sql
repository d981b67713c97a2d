-- The catalogue rules, as one view: a row is an object that breaks one, and what to do about it.
-- It is empty when all is well. monitor.findings shows it to who may look.
create or replace view app_private.rule_findings (rule, object, finding, remedy) as
with tables as (
  select c.*, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind in ('r', 'p')
), functions as (
  select p.*, p.oid::regprocedure::text as name
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'auth', 'app_private', 'monitor')
), policies as (
  select p.*, format('%s %I', t.name, p.polname) as name, coalesce(pg_catalog.pg_get_expr(
      p.polqual, p.polrelid), '') || ' ' || coalesce(pg_catalog.pg_get_expr(p.polwithcheck,
      p.polrelid), '') as expressions
  from pg_catalog.pg_policy p join tables t on t.oid = p.polrelid
), people (role) as (
  values ('anonymous'), ('regular_user'), ('monitor'), ('rlschat_api'), ('rlschat_auth'),
    ('rlschat_live'), ('public')
), table_grants as (
  select t.name, g.privilege_type, case g.grantee when 0 then 'public'
      else g.grantee::regrole::text end as grantee
  from tables t cross join lateral pg_catalog.aclexplode(t.relacl) g
), column_grants as (
  select t.name, a.attname, g.privilege_type, case g.grantee when 0 then 'public'
      else g.grantee::regrole::text end as grantee
  from tables t
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attacl is not null
  cross join lateral pg_catalog.aclexplode(a.attacl) g
)
select 'rls_forced', name, 'row-level security is not enabled and forced',
  'call app_private.reset_policies in its policy file'
from tables where not (relrowsecurity and relforcerowsecurity)
union all
select 'has_policy', name, 'has no policy but the backup''s',
  format('write db/policies/%s.sql', relname)
from tables t
where not exists (select from policies p where p.polrelid = t.oid and p.polname <> 'backup')
union all
select 'has_backup_policy', name, 'a dump would silently leave it out',
  'call app_private.reset_policies in its policy file'
from tables t
where not exists (select from policies p where p.polrelid = t.oid and p.polname = 'backup')
union all
select 'has_backup_policy', format('%I.%I', n.nspname, c.relname), 'a dump cannot read it',
  'grant select on it to rlschat_backup: db/policies/app_private.sql'
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'auth', 'app_private', 'monitor') and c.relkind in ('r', 'p', 'S')
  and not (has_schema_privilege('rlschat_backup', n.oid, 'usage') and case c.relkind
    when 'S' then has_sequence_privilege('rlschat_backup', c.oid, 'select')
    else has_table_privilege('rlschat_backup', c.oid, 'select') end)
union all
select 'owner', name, format('is owned by %s', relowner::regrole), 'alter table … owner to rlschat_owner'
from tables where pg_get_userbyid(relowner) <> 'rlschat_owner'
union all
select 'comment', name, 'has no comment', 'say in one sentence what it is'
from tables where obj_description(oid, 'pg_class') is null
union all
select 'comment', name, 'has no comment', 'say in one sentence who may, or why'
from policies where obj_description(oid, 'pg_policy') is null
union all
select 'comment', name, 'has no comment', 'say in one sentence what it does'
from functions where obj_description(oid, 'pg_proc') is null
union all
select 'policy_role', name, 'applies to every role', 'name the roles: to regular_user'
from policies where 0 = any (polroles)
union all
select 'policy_command', name, 'is for all commands', 'write one policy a command'
from policies where polcmd = '*'
union all
select 'policy_check', name, 'an update policy without its own WITH CHECK', 'write with check (…)'
from policies where polcmd = 'w' and polwithcheck is null
union all
-- An InitPlan runs once a statement; a bare call runs once a row.
select 'policy_initplan', name, 'calls a question about the person once a row',
  'wrap it: (select auth.uid())'
from policies
where expressions ~ '(?<!SELECT )auth\.(uid|organization_id|organization_with|permissions|report_ids)\('
union all
select 'policy_stable', p.name, format('calls %s, which is volatile', f.name), 'make it stable'
from policies p
join pg_catalog.pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
  and d.refclassid = to_regclass('pg_proc')
join functions f on f.oid = d.refobjid
where f.provolatile = 'v'
union all
select 'function_search_path', name, 'does not fix its search_path', 'set search_path = '''''
from functions
where prokind in ('f', 'p') and not coalesce(proconfig @> array['search_path=""'], false)
  -- A check constraint's function is inlined where it stands, and reads no table.
  and name <> 'app_private.are_permissions(jsonb)'
union all
select 'function_owner', name, format('is a definer owned by %s', proowner::regrole),
  'alter function … owner to auth_definer'
from functions
where prosecdef and pg_get_userbyid(proowner) <> 'auth_definer'
  and (pg_get_userbyid(proowner) <> 'rlschat_purge' or name <> 'auth.purge()')
  and (pg_get_userbyid(proowner) <> 'rlschat_stats'
    or pronamespace <> 'monitor'::regnamespace or proname not in ('activity', 'statements'))
union all
select 'function_public', name, 'may be executed by everybody', 'revoke execute … from public'
from functions f
where f.proacl is null or exists (
  select from pg_catalog.aclexplode(f.proacl) g where g.grantee = 0)
union all
select 'view_barrier', format('public.%I', c.relname), 'a view that a leaky function can see through',
  'with (security_barrier) or (security_invoker)'
from pg_catalog.pg_class c
where c.relnamespace = to_regnamespace('public') and c.relkind = 'v'
  and not coalesce(c.reloptions && array['security_barrier=true', 'security_invoker=true'], false)
union all
select 'view_kind', format('public.%I', c.relname), 'a materialized view or foreign table knows no policy',
  'move it out of public'
from pg_catalog.pg_class c
where c.relnamespace = to_regnamespace('public') and c.relkind in ('m', 'f')
union all
select 'grant_by_column', name, format('%s may %s every column', grantee, lower(privilege_type)),
  'grant it column by column'
from table_grants
where grantee in (select role from people) and privilege_type in ('INSERT', 'UPDATE')
union all
select 'grant_never', name, format('%s may %s', grantee, lower(privilege_type)), 'revoke it'
from table_grants
where grantee <> 'rlschat_owner' and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
union all
select 'grant_never_moved', format('%s.%I', name, attname),
  format('%s may move a row to another owner, parent or organization', grantee), 'revoke it'
from column_grants
where grantee in (select role from people) and privilege_type = 'UPDATE'
  and attname in ('id', 'userId', 'user_id', 'organizationId', 'roleId', 'managerId', 'chatId',
    'message_id', 'documentId', 'documentCreatedAt', 'streamId', 'invitedBy', 'creditBalance')
union all
select 'secret', format('%s.%I', c.table_name, c.column_name), format('%s can read it', p.role),
  'grant select by column, without it'
from people p
cross join (values ('public."User"', 'password'), ('public.accounts', 'refresh_token'),
  ('public.accounts', 'access_token'), ('public.accounts', 'id_token'),
  ('public.accounts', 'session_state'), ('public.sessions', 'sessionToken'),
  ('public.sessions', 'secretDigest'), ('public."verificationToken"', 'token'),
  ('public."Invitation"', 'tokenDigest')) as c (table_name, column_name)
where has_column_privilege(p.role, c.table_name, c.column_name, 'select')
union all
select 'foreign_key_index', format('%s %I', t.name, k.conname), 'no index begins with its columns',
  'create an index on them'
from tables t join pg_catalog.pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
where not exists (
  select from pg_catalog.pg_index i
  where i.indrelid = t.oid and i.indpred is null and i.indisvalid
    and (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey)
union all
select 'role', rolname, 'is a superuser or bypasses row-level security', 'alter role … nosuperuser nobypassrls'
from pg_catalog.pg_roles
where (rolsuper or rolbypassrls) and rolname in ('admin', 'anonymous', 'auth_definer',
  'identity_setter', 'monitor', 'regular_user', 'rlschat_api', 'rlschat_auth', 'rlschat_backup',
  'rlschat_live', 'rlschat_owner', 'rlschat_purge', 'rlschat_stats')
union all
select 'role_reach', l.rolname, format('can become %s', r.rolname), 'revoke the membership'
from pg_catalog.pg_roles l
join pg_catalog.pg_roles r on r.oid <> l.oid and pg_has_role(l.oid, r.oid, 'member')
where l.rolname = 'rlschat_api' and r.rolname not in ('anonymous', 'regular_user', 'monitor')
  or l.rolname in ('rlschat_auth', 'anonymous', 'regular_user', 'monitor', 'auth_definer',
    'rlschat_backup', 'rlschat_live', 'rlschat_purge')
union all
select 'temporary_tables', current_database(), 'everybody may make temporary tables',
  'revoke temporary on database … from public'
where has_database_privilege('public', current_database(), 'temporary')
union all
select 'public_schema', 'public', 'everybody may create objects in it',
  'revoke create on schema public from public'
where has_schema_privilege('public', 'public', 'create')
union all
select 'setting', s.name, format('is malformed, so that %s holds', n.fallback),
  'update app_private.setting: docs/operating.md says how'
from app_private.setting s join app_private.numeric_setting n on n.name = s.name
where s.value !~ n.pattern;
comment on view app_private.rule_findings is
  'Objects that break a catalogue rule, each with what to do; empty when all is well.';
