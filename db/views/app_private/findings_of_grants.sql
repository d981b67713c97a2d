-- The catalogue rules of grants: by column, to named roles, and for nothing but what people may do.
create or replace view app_private.findings_of_grants (rule, object, finding, remedy) as
with relations as (
  select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
), grants as (
  select r.oid, r.nspname, r.relkind, r.name, null::name as attname, g.privilege_type, g.is_grantable,
    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee)::text end as grantee
  from relations r cross join lateral pg_catalog.aclexplode(r.relacl) g
  union all
  select r.oid, r.nspname, r.relkind, r.name, a.attname, g.privilege_type, g.is_grantable,
    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee)::text end
  from relations r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attacl is not null
  cross join lateral pg_catalog.aclexplode(a.attacl) g
), asked as (
  select * from grants where grantee in (select role from app_private.asking_role)
)
select 'grant_by_column', name, format('%s may %s every column', grantee, lower(privilege_type)),
  'grant it column by column'
from asked
where nspname = 'public' and relkind in ('r', 'p') and attname is null
  and privilege_type in ('INSERT', 'UPDATE')
union all
select 'grant_never', name, format('%s may %s', grantee, lower(privilege_type)), 'revoke it'
from grants
where nspname = 'public' and relkind in ('r', 'p') and grantee <> 'rlschat_owner'
  and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
union all
select 'grant_never_moved', format('%s.%I', name, attname),
  format('%s may move a row to another owner, parent or organization', grantee), 'revoke it'
from asked
where privilege_type = 'UPDATE'
  and attname in ('id', 'userId', 'user_id', 'organizationId', 'roleId', 'managerId', 'chatId',
    'message_id', 'documentId', 'documentCreatedAt', 'streamId', 'invitedBy', 'creditBalance')
union all
select 'grant_public', name, format('everybody may %s it', lower(privilege_type)), 'name the roles'
from grants where grantee = 'public'
union all
select 'grant_option', name, format('%s may hand %s on', grantee, lower(privilege_type)),
  'revoke grant option for'
from grants where is_grantable and grantee <> 'rlschat_owner'
union all
-- Policies stand on the tables of public; elsewhere a grant shows every row.
select 'grant_place', name, format('%s may %s it, and no policy guards it', grantee,
  lower(privilege_type)), 'revoke it, or move the table to public'
from asked
where nspname <> 'public' and relkind in ('r', 'p', 'm', 'f')
union all
-- A sequence reveals how many rows are hidden; setting it breaks inserts.
select 'grant_sequence', name, format('%s may %s it', grantee, lower(privilege_type)), 'revoke it'
from asked where relkind = 'S'
union all
-- A grant without a policy: the policy was lost.
select distinct 'grant_policy', a.name, format('%s may %s, and no policy says which rows', a.grantee,
  lower(a.privilege_type)), 'write the policy, or revoke it'
from asked a
where a.nspname = 'public' and a.relkind in ('r', 'p')
  and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  and not exists (
    select from pg_catalog.pg_policy p
    where p.polrelid = a.oid and (p.polroles = '{0}' or to_regrole(a.grantee) = any (p.polroles))
      and p.polcmd in ('*', case a.privilege_type
        when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' else 'd' end))
union all
select 'secret', format('%s.%I', s.table_name, s.column_name), format('%s can read it', r.role),
  'grant select by column, without it'
from app_private.asking_role r cross join app_private.secret_column s
where has_column_privilege(r.role, s.table_name, s.column_name, 'select');
comment on view app_private.findings_of_grants is 'Grants that break a catalogue rule.';
