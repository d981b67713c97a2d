-- The catalogue rules of functions: whose rights they run with, and what they may be talked into.
-- Those of extensions are their authors'.
create or replace view app_private.findings_of_functions (rule, object, finding, remedy) as
with functions as (
  select p.*, p.oid::regprocedure::text as name, format('%s.%s', n.nspname, p.proname) as called,
    l.lanname, l.lanpltrusted
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  where n.nspname in ('public', 'auth', 'app_private', 'monitor') and not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
)
select 'comment', name, 'has no comment', 'say in one sentence what it does'
from functions where obj_description(oid, 'pg_proc') is null
union all
select 'function_search_path', name, 'does not fix its search_path', 'set search_path = '''''
from functions
where prokind in ('f', 'p') and not coalesce(proconfig @> array['search_path=""'], false)
  -- A check constraint's function is inlined where it stands, and reads no table.
  and called not in ('app_private.are_permissions', 'app_private.is_blank')
union all
select 'function_owner', name, format('is a definer owned by %s', proowner::regrole),
  'alter function … owner to the role of its subject'
from functions
where prosecdef
  and pg_get_userbyid(proowner) not in (
    select o.role from app_private.own_role o where o.is_definer)
  and format('%s %s', pg_get_userbyid(proowner), called) not in ('rlschat_purge auth.purge',
    'rlschat_stats monitor.activity', 'rlschat_stats monitor.statements')
union all
select 'function_owner', name, format('is owned by %s, who may change it', proowner::regrole),
  'alter function … owner to rlschat_owner'
from functions
where not prosecdef and pg_get_userbyid(proowner) <> 'rlschat_owner'
  and pg_get_userbyid(proowner) not in (
    select o.role from app_private.own_role o where o.is_definer)
union all
select 'function_public', name, 'may be executed by everybody', 'revoke execute … from public'
from functions f
where f.proacl is null or exists (
  select from pg_catalog.aclexplode(f.proacl) g where g.grantee = 0)
union all
-- A plan keeps the answer of an immutable function: the next person gets it.
select 'function_immutable', name, 'is immutable, and its answer is not', 'make it stable'
from functions
where provolatile = 'i' and (prosecdef or prosrc ~* (
  '\m(current_setting|session_user|current_user|statement_timestamp|transaction_timestamp|now)\M'
  '|\mauth\.\w+\(|\mfrom\s+(public|auth|app_private|pg_catalog)\.'))
union all
-- The planner may run it before the policy, on rows that the person cannot see.
select 'function_leakproof', name, 'is leakproof: it is shown rows before the policies are',
  'alter function … not leakproof'
from functions where proleakproof
union all
select 'function_language', name, format('is written in %s, which no privilege holds back', lanname),
  'write it in sql or plpgsql'
from functions where lanname <> 'sql' and not lanpltrusted
union all
select 'function_secret', f.name, format('names a secret, and %s may execute it', r.role),
  'return no secret, and name the function in this rule'
from functions f cross join app_private.asking_role r
-- Signing in is what rlschat_auth is for. The functions named here only compare digests, or store one.
where r.role not in ('rlschat_auth', 'public') and f.prosecdef
  and has_function_privilege(r.role, f.oid, 'execute')
  and f.called not in (
    'auth.uid', 'auth.session_id', 'auth.ended_subscriptions', 'auth.impersonate',
    'public.accept_invitation')
  -- "token" is no secret by itself, and any mention of its table is.
  and (f.prosrc ~ 'verificationToken'
    or exists (
      select from app_private.secret_column s
      where s.column_name <> 'token' and f.prosrc ~ format('\m%s\M', s.column_name))
    or f.prorettype in (
      select c.reltype from app_private.secret_column s
      join pg_catalog.pg_class c on c.oid = s.table_name::regclass));
comment on view app_private.findings_of_functions is 'Functions that break a catalogue rule.';
