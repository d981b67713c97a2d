-- The catalogue rules of what may be made, where, and what is given with it: schemas, the database,
-- default privileges.
create or replace view app_private.findings_of_schemas (rule, object, finding, remedy) as
select 'schema_grant', n.nspname, format('%s may %s', r.role, p.privilege), 'revoke it'
from pg_catalog.pg_namespace n
cross join app_private.asking_role r
cross join (values ('create objects in it', 'create'), ('use it', 'usage')) as p (privilege, type)
where n.nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
  and (p.type = 'create' or n.nspname in ('app_private', 'extensions'))
  and has_schema_privilege(r.role, n.oid, p.type)
union all
select 'temporary_tables', current_database(), format('%s may make temporary tables', r.role),
  'revoke temporary on database … from public'
from app_private.asking_role r
where has_database_privilege(r.role, current_database(), 'temporary')
union all
select 'database_create', current_database(), format('%s may create schemas', r.role),
  'revoke create on database'
from app_private.asking_role r
where has_database_privilege(r.role, current_database(), 'create')
union all
-- PostgreSQL lets everybody execute a new function, unless this is taken away from each creator.
select 'default_privileges', r.rolname, 'everybody may execute the functions that it makes',
  'alter default privileges for role … revoke execute on functions from public'
from pg_catalog.pg_roles r
where (r.rolname = 'rlschat_owner'
    or r.rolname in (select o.role from app_private.own_role o where o.is_definer))
  and not exists (
  select from pg_catalog.pg_default_acl d
  where d.defaclrole = r.oid and d.defaclnamespace = 0 and d.defaclobjtype = 'f'
    and not exists (select from pg_catalog.aclexplode(d.defaclacl) g where g.grantee = 0))
union all
select 'default_privileges', d.defaclrole::regrole::text, format('gives %s to %s on what it makes',
    lower(g.privilege_type), r.role), 'alter default privileges for role … revoke'
from pg_catalog.pg_default_acl d
cross join lateral pg_catalog.aclexplode(d.defaclacl) g
join app_private.asking_role r
  on r.role = case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee)::text end
where d.defaclrole <> g.grantee;
comment on view app_private.findings_of_schemas is
  'Grants on schemas and the database, and default privileges, that break a catalogue rule.';
