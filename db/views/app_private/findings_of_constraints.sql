-- Catalogue rules of keys, indexes, constraints, triggers and rules, where no policy applies.
create or replace view app_private.findings_of_constraints (rule, object, finding, remedy) as
with tables as (
  select c.*, format('%I.%I', n.nspname, c.relname) as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'auth', 'app_private', 'monitor') and c.relkind in ('r', 'p')
)
select 'primary_key', name, 'has no primary key', 'say which columns name a row'
from tables t
where not exists (
  select from pg_catalog.pg_index i where i.indrelid = t.oid and i.indisprimary)
union all
select 'foreign_key_index', format('%s %I', t.name, k.conname), 'no index begins with its columns',
  'create an index on them'
from tables t join pg_catalog.pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
where not exists (
  select from pg_catalog.pg_index i
  where i.indrelid = t.oid and i.indpred is null and i.indisvalid
    and (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.conkey)] @> k.conkey)
union all
select 'constraint', format('%s %I', t.name, k.conname), 'does not hold for all rows',
  'alter table … validate constraint'
from tables t join pg_catalog.pg_constraint k on k.conrelid = t.oid
-- PostgreSQL 18 has constraints that are declared and not enforced.
where not k.convalidated or to_jsonb(k) ->> 'conenforced' = 'false'
union all
select 'index_valid', i.indexrelid::regclass::text, 'is invalid: a unique one lets duplicates in',
  'reindex index concurrently'
from tables t join pg_catalog.pg_index i on i.indrelid = t.oid
where not (i.indisvalid and i.indisready)
union all
select 'index_duplicate', i.indexrelid::regclass::text, format('is the same as %s',
  j.indexrelid::regclass), 'drop index'
from tables t
join pg_catalog.pg_index i on i.indrelid = t.oid
join pg_catalog.pg_index j on j.indrelid = t.oid and j.indexrelid <> i.indexrelid
cross join lateral (values (pg_get_indexdef(i.indexrelid), pg_get_indexdef(j.indexrelid))) as d (i, j)
where substr(d.i, strpos(d.i, ' ON ')) = substr(d.j, strpos(d.j, ' ON '))
  and (i.indisunique, -i.indexrelid::bigint) < (j.indisunique, -j.indexrelid::bigint)
union all
-- Those of constraints too: without them a foreign key is not checked.
select 'trigger_enabled', format('%s %I', t.name, g.tgname), 'does not fire',
  'alter table … enable trigger'
from tables t join pg_catalog.pg_trigger g on g.tgrelid = t.oid
where g.tgenabled in ('D', 'R')
union all
select 'trigger_function', format('%s %I', t.name, g.tgname), format(
    'runs %s, which %s may change, with the rights of the writer', p.oid::regprocedure,
    p.proowner::regrole), 'drop the trigger, or alter function … owner to rlschat_owner'
from tables t
join pg_catalog.pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
join pg_catalog.pg_proc p on p.oid = g.tgfoid
where pg_get_userbyid(p.proowner) <> 'rlschat_owner'
  and pg_get_userbyid(p.proowner) not in (
    select o.role from app_private.own_role o where o.is_definer)
union all
-- What a rule adds to a statement is checked against the grants of the table's owner.
select 'rewrite_rule', format('%s %I', t.name, w.rulename), 'rewrites statements under other rights',
  'drop rule'
from tables t join pg_catalog.pg_rewrite w on w.ev_class = t.oid;
comment on view app_private.findings_of_constraints is
  'Keys, indexes, constraints, triggers and rules that break a catalogue rule.';
