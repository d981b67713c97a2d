-- A policy whose sub-select comes back to the policy's own table, by way of the select policies of
-- the tables that it reads, also through views that are read with the person's rights. PostgreSQL
-- refuses such statements (42P17). A definer function ends it.
create or replace view app_private.findings_of_policy_recursion (rule, object, finding, remedy) as
with recursive policies as (
  select p.oid, p.polrelid, p.polname, p.polcmd in ('r', '*') as selects, role,
    concat(p.polqual::text, p.polwithcheck::text) as nodes
  from pg_catalog.pg_policy p cross join lateral unnest(p.polroles) as role
  join pg_catalog.pg_class t on t.oid = p.polrelid and t.relnamespace = 'public'::regnamespace
), reads as (
  select distinct p.oid, p.polrelid, p.polname, p.selects, p.role, m[1]::oid as read
  from policies p cross join lateral regexp_matches(p.nodes, ':relid (\d+)', 'g') as m
  union all
  -- A view has no policies of its own, whatever the role.
  -- With types and names: without them a dump prints it in another way.
  select null::oid as oid, v.oid as polrelid, null::name as polname, true as selects,
    0::oid as role, d.refobjid as read
  from pg_catalog.pg_class v
  join pg_catalog.pg_rewrite w on w.ev_class = v.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
  where v.relkind = 'v' and v.reloptions::text ~ 'security_invoker=(true|on|1|yes)'
), ways as (
  select r.polrelid as origin, r.polname, r.role, r.read as at, array[r.read] as tables
  from reads r where r.polname is not null
  union all
  select w.origin, w.polname, greatest(w.role, r.role), r.read, w.tables || r.read
  from ways w
  join reads r on r.polrelid = w.at and r.selects and (r.role = w.role or 0::oid in (r.role, w.role))
  where w.at <> w.origin and r.read <> all (w.tables)
)
select distinct 'policy_recursion', format('%s %I', w.origin::regclass, w.polname), format(
    'reads its own table by way of %s: every statement fails', (
      select string_agg(t::regclass::text, ', ' order by n)
      from unnest(w.tables) with ordinality as u (t, n))),
  'ask a definer function instead of one of the tables'
from ways w
-- Without a sub-select there, PostgreSQL expands the policies and is done.
where w.at = w.origin and exists (
  select from policies p
  where p.polrelid = w.origin and p.selects and p.nodes ~ '{SUBLINK '
    and (p.role = w.role or 0::oid in (p.role, w.role)));
comment on view app_private.findings_of_policy_recursion is
  'Policies that PostgreSQL refuses, because they come back to their own table.';
