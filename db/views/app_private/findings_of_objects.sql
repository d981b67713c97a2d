-- Catalogue rules of objects that show rows of tables in another way: views, foreign tables,
-- extensions, publications, event triggers.
create or replace view app_private.findings_of_objects (rule, object, finding, remedy) as
with views as (
  select c.*, format('%I.%I', n.nspname, c.relname) as name,
    coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on',
      'security_invoker=1', 'security_invoker=yes'], false) as invoker,
    coalesce(c.reloptions && array['security_barrier=true', 'security_barrier=on',
      'security_barrier=1', 'security_barrier=yes'], false) as barrier
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'auth', 'app_private', 'monitor') and c.relkind = 'v'
)
select 'view_barrier', name, 'a view that a leaky function can see through',
  'with (security_barrier) or (security_invoker)'
from views
where (relnamespace = 'public'::regnamespace or has_table_privilege('monitor', views.oid, 'select'))
  and not (barrier or invoker)
union all
-- It shows what its owner may see.
select distinct 'view_invoker', v.name, format('shows %s what its owner sees of %s', r.role,
  t.oid::regclass),
  'with (security_invoker), or name it in this rule and test what it shows to which role'
from views v
cross join app_private.asking_role r
join pg_catalog.pg_rewrite w on w.ev_class = v.oid
join pg_catalog.pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
  and d.refclassid = 'pg_class'::regclass
join pg_catalog.pg_class t on t.oid = d.refobjid and t.relkind in ('r', 'p')
  and t.relnamespace = 'public'::regnamespace
where not v.invoker and has_any_column_privilege(r.role, v.oid, 'select')
  -- Column grants cannot tell a colleague from oneself; the canary is one row that is everybody's.
  and v.name not in ('public."Colleague"', 'monitor.canary')
union all
select 'view_kind', format('public.%I', c.relname), 'a materialized view or foreign table knows no policy',
  'move it out of public'
from pg_catalog.pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('m', 'f')
union all
select distinct 'extension', e.extname,
  format('its functions, which everybody may execute, are in a schema that %s may use', r.role),
  'alter extension … set schema extensions'
from pg_catalog.pg_extension e cross join app_private.asking_role r
where e.extnamespace <> 'pg_catalog'::regnamespace
  and has_schema_privilege(r.role, e.extnamespace, 'usage')
  and exists (select from pg_catalog.pg_depend d
    where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
      and d.classid = 'pg_proc'::regclass)
union all
-- A subscriber gets every row of what is published.
select 'publication', p.pubname, format('sends the rows of %s past its policies', min(t.relid)),
  'drop publication'
from pg_catalog.pg_publication p
cross join lateral pg_catalog.pg_get_publication_tables(p.pubname) g
cross join lateral (values (g.relid::regclass::text)) as t (relid)
join pg_catalog.pg_class c on c.oid = g.relid and c.relnamespace = 'public'::regnamespace
group by p.pubname
union all
-- It runs with the rights of the next migration.
select 'event_trigger', e.evtname, format('runs %s, which %s may change', p.oid::regprocedure,
  p.proowner::regrole), 'drop event trigger'
from pg_catalog.pg_event_trigger e
join pg_catalog.pg_proc p on p.oid = e.evtfoid
join pg_catalog.pg_roles r on r.oid = p.proowner and not r.rolsuper;
comment on view app_private.findings_of_objects is
  'Views, extensions, publications and event triggers that break a catalogue rule.';
