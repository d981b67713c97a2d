-- The catalogue rules of policies, but for those of their expressions.
create or replace view app_private.findings_of_policies (rule, object, finding, remedy) as
with policies as (
  select p.*, t.oid as relid, format('public.%I %I', t.relname, p.polname) as name,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
      when 'd' then 'delete' end as command
  from pg_catalog.pg_policy p join pg_catalog.pg_class t on t.oid = p.polrelid
  where t.relnamespace = 'public'::regnamespace
)
select 'comment', name, 'has no comment', 'say in one sentence who may, or why'
from policies where obj_description(oid, 'pg_policy') is null
union all
-- Three vocabularies: the seed's names, <command>_<who>, and function_<command> for a role that owns
-- functions, with that role's subject where the table has several.
select 'policy_name', name, 'is not named after what it does', format(
    'name it %s_<who>, or function_%1$s for a role that owns functions', command)
from policies p
where case
  when exists (
    select from pg_catalog.pg_proc f where f.prosecdef and f.proowner = any (p.polroles))
  then polname !~ format('^function_%s(_[a-z_]+)?$', command)
  else polname !~ format('^(%s|users_manage_own_chats)_[a-z_]+$', command)
    and polname not in ('users_own_chats', 'org_access', 'role_based_access', 'hierarchical') end
union all
select 'policy_role', name, 'applies to every role', 'name the roles: to regular_user'
from policies where 0 = any (polroles)
union all
-- A function reads and writes more than people may: they are let through by a policy of their own.
select distinct 'policy_role', name, format('is for %s, which owns functions, and for %s',
    pg_get_userbyid(f.proowner), r.role), 'write a policy of its own for people'
from policies p
join pg_catalog.pg_proc f on f.prosecdef and f.proowner = any (p.polroles)
join app_private.asking_role r on to_regrole(r.role) = any (p.polroles)
union all
select 'policy_command', name, 'is for all commands', 'write one policy a command'
from policies where polcmd = '*'
union all
select 'policy_check', name, 'an update policy without its own WITH CHECK', 'write with check (…)'
from policies where polcmd = 'w' and polwithcheck is null
union all
select 'policy_grant', name, format('%s is not granted %s', rolname, command), 'grant it, or drop the policy'
from policies p join pg_catalog.pg_roles r on r.oid = any (p.polroles)
where case when command = 'delete' then not has_table_privilege(r.oid, p.relid, command)
  else not has_any_column_privilege(r.oid, p.relid, command) end;
comment on view app_private.findings_of_policies is 'Policies that break a catalogue rule.';
