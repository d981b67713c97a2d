-- The catalogue rules of tables: that policies hold on each, for its owner too, and that a dump
-- holds its rows.
create or replace view app_private.findings_of_tables (rule, object, finding, remedy) as
with tables as (
  select c.*, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind in ('r', 'p')
), relations as (
  select c.*, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'auth', 'app_private', 'monitor')
    and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
)
select 'rls_forced', name, 'row-level security is not enabled and forced',
  'call app_private.reset_policies in its policy file'
from tables where not (relrowsecurity and relforcerowsecurity)
union all
-- A partition or child elsewhere holds rows of the table, and asks no policy when it is read itself.
select 'rls_forced', r.name, format('holds rows of %s without row-level security', t.name),
  'alter table … enable row level security, force row level security'
from relations r
join pg_catalog.pg_inherits i on i.inhrelid = r.oid
join tables t on t.oid = i.inhparent
where r.relnamespace <> t.relnamespace and not (r.relrowsecurity and r.relforcerowsecurity)
union all
select 'has_policy', name, 'has no policy but the backup''s',
  format('write db/policies/%s.sql', relname)
from tables t
where not exists (
  select from pg_catalog.pg_policy p where p.polrelid = t.oid and p.polname <> 'select_backup')
union all
select 'has_backup_policy', name, 'a dump would silently leave it out',
  'call app_private.reset_policies in its policy file'
from tables t
where not exists (
  select from pg_catalog.pg_policy p where p.polrelid = t.oid and p.polname = 'select_backup')
union all
select 'has_backup_policy', name, 'a dump cannot read it',
  'grant select on it to rlschat_backup: db/policies/schemas.sql'
from relations
where relkind in ('r', 'p', 'S')
  and not (has_schema_privilege('rlschat_backup', relnamespace, 'usage') and case relkind
    when 'S' then has_sequence_privilege('rlschat_backup', oid, 'select')
    else has_table_privilege('rlschat_backup', oid, 'select') end)
union all
select 'owner', name, format('is owned by %s', relowner::regrole), 'alter table … owner to rlschat_owner'
from relations
where pg_get_userbyid(relowner) <> 'rlschat_owner'
  and not (relkind = 'v' and pg_get_userbyid(relowner) in (
    select o.role from app_private.own_role o where o.is_definer))
union all
select 'comment', name, 'has no comment', 'say in one sentence what it is'
from tables where obj_description(oid, 'pg_class') is null;
comment on view app_private.findings_of_tables is 'Tables that break a catalogue rule.';
