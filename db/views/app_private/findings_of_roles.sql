-- Catalogue rules of roles: none bypasses policies or becomes another implicitly.
create or replace view app_private.findings_of_roles (rule, object, finding, remedy) as
with ours as (
  select * from pg_catalog.pg_roles
  where rolname in (select o.role from app_private.own_role o)
), settings as (
  select s.setrole, split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
  from pg_catalog.pg_db_role_setting s cross join lateral unnest(s.setconfig) c
  where s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
)
select 'role', rolname::text, 'is a superuser or bypasses row-level security',
  'alter role … nosuperuser nobypassrls'
from ours where rolsuper or rolbypassrls
union all
select 'role', rolname, 'may create roles or databases, or read the log of changes',
  'alter role … nocreaterole nocreatedb noreplication'
from ours where rolreplication or (rolcreaterole or rolcreatedb) and rolname <> 'admin'
union all
select 'role_login', rolname, case when rolcanlogin then 'can log in' else 'cannot log in' end,
  'alter role … nologin; login for rlschat_api, rlschat_auth, rlschat_explain and rlschat_live'
from ours
where rolcanlogin <> (rolname in ('rlschat_api', 'rlschat_auth', 'rlschat_explain', 'rlschat_live'))
union all
-- The login has to say who it becomes: what it inherited would hold before that, and after a reset.
select 'role_inherit', l.rolname, format('has the rights of %s without becoming it', r.rolname),
  'alter role … noinherit; on PostgreSQL 16 and later: grant … with inherit false'
from ours l join pg_catalog.pg_roles r on r.oid <> l.oid and pg_has_role(l.oid, r.oid, 'usage')
where l.rolname in ('rlschat_api', 'rlschat_auth', 'rlschat_explain', 'rlschat_live', 'anonymous',
  'regular_user', 'monitor')
union all
select 'role_reach', l.rolname, format('can become %s', r.rolname), 'revoke the membership'
from ours l
join pg_catalog.pg_roles r on r.oid <> l.oid and pg_has_role(l.oid, r.oid, 'member')
where l.rolname = 'rlschat_api' and r.rolname not in ('anonymous', 'regular_user', 'monitor')
  or l.rolname = 'rlschat_explain' and r.rolname not in ('anonymous', 'regular_user',
    'identity_setter', 'rlschat_backup')
  or l.rolname in ('rlschat_auth', 'anonymous', 'regular_user', 'monitor', 'rlschat_backup',
    'rlschat_live', 'rlschat_purge')
  or l.rolname = 'rlschat_stats' and r.rolname not in ('rlschat_api', 'rlschat_auth',
    'rlschat_live', 'anonymous', 'regular_user', 'monitor', 'pg_read_all_stats')
  or l.rolname in (select o.role from app_private.own_role o where o.is_definer)
  or r.rolsuper or r.rolbypassrls
  or r.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
    'pg_write_server_files', 'pg_execute_server_program')
union all
select 'role_admin', l.rolname, format('may make others members of %s', m.roleid::regrole),
  'revoke admin option for'
from ours l join pg_catalog.pg_auth_members m on m.member = l.oid and m.admin_option
where l.rolname in (select role from app_private.asking_role)
union all
-- Settings of a role that is switched to never apply: these stand on the logins.
select 'role_timeout', l.rolname, format('has no %s', n.name), 'make db-apply-functions'
from ours l
cross join (values ('statement_timeout'), ('lock_timeout'), ('idle_in_transaction_session_timeout'),
  ('search_path')) as n (name)
where l.rolcanlogin and not exists (
  select from settings s where s.setrole = l.oid and s.name = n.name and s.value <> '0')
union all
-- Such a setting would start sessions under another role or identity, or without triggers.
select 'setting_preset', case s.setrole when 0 then current_database() else s.setrole::regrole::text end,
  format('sets %s at login', s.name), 'alter role … reset, alter database … reset'
from settings s
where (s.setrole = 0 or s.setrole in (select oid from ours))
  and s.name in ('role', 'session_authorization', 'session_replication_role', 'row_security',
    'auth.uid', 'auth.session');
comment on view app_private.findings_of_roles is 'Roles that break a catalogue rule.';
