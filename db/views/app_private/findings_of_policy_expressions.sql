-- The catalogue rules of the expressions of policies. Functions and casts in one are found in its
-- stored form (pg_node_tree), where pg_depend leaves out what PostgreSQL itself brings.
create or replace view app_private.findings_of_policy_expressions (rule, object, finding, remedy) as
with policies as (
  select p.*, t.oid as relid, format('public.%I %I', t.relname, p.polname) as name,
    pg_catalog.pg_get_expr(p.polqual, p.polrelid) as reads,
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as writes,
    concat_ws(' ', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) as expressions,
    concat_ws(' ', p.polqual::text, p.polwithcheck::text) as nodes,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
      when 'd' then 'delete' end as command
  from pg_catalog.pg_policy p join pg_catalog.pg_class t on t.oid = p.polrelid
  where t.relnamespace = 'public'::regnamespace
), applied as (
  select p.*, r.oid as role, r.rolname, r.rolname in (select role from app_private.asking_role) as asks
  from policies p join pg_catalog.pg_roles r on r.oid = any (p.polroles)
), columns as (
  select d.objid as policy, d.refobjid as relid, d.refobjsubid as attnum
  from pg_catalog.pg_depend d
  where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
), calls as (
  select distinct p.oid as policy, f.oid, f.oid::regprocedure as function, f.provolatile
  from policies p
  cross join lateral regexp_matches(p.nodes, ':(?:op)?funcid (\d+)', 'g') as m
  join pg_catalog.pg_proc f on f.oid = m[1]::oid
)
-- True of one row is true of all where no column of the row is looked at.
select 'policy_open', name, 'lets every row through to everybody',
  'compare a column with the caller'
from policies p
where polpermissive
  and (0 = any (polroles) or exists (select from applied a where a.oid = p.oid and a.asks))
  and coalesce(reads, '') <> 'false'
  and (reads = 'true' or writes = 'true' or not exists (
    select from columns c where c.policy = p.oid and c.relid = p.relid))
union all
-- A row is the API's proof that the session is live (docs/architecture.md).
select 'policy_session', name, 'lets rows through without a live session',
  'ask a function of schema auth, or a parent row'
from applied
where polpermissive and rolname = 'regular_user' and coalesce(reads, writes) <> 'false'
  and expressions !~ '\mauth\.|\mFROM\M'
union all
-- Any SQL on the connection can write a setting; only auth.uid() verifies.
select 'policy_identity', name, 'believes a setting or a role about who asks', 'ask (select auth.uid())'
from policies
where expressions ~* '\m(current_setting\(|current_user\M|session_user\M|current_role\M)'
union all
-- An InitPlan runs once a statement; a bare call runs once a row.
select 'policy_initplan', name, 'calls a question about the person once a row',
  'wrap it: (select auth.uid())'
from policies
where expressions ~ '(?<!SELECT )auth\.(uid|organization_id|organization_with|permissions|report_ids)\('
union all
select 'policy_stable', p.name, format('calls %s, which is volatile', c.function), 'make it stable'
from policies p join calls c on c.policy = p.oid
where c.provolatile = 'v'
union all
select 'policy_execute', a.name, format('%s may not execute %s, so every statement fails', a.rolname,
    c.function), 'grant execute on it'
from applied a join calls c on c.policy = a.oid
where not has_function_privilege(a.role, c.oid, 'execute')
union all
-- From text (25, 1043 are text again), or from a scalar of jsonb: one odd row fails every statement.
select 'policy_cast', name, 'casts what a stored value can make fail', 'compare as text, or as jsonb'
from policies
where nodes ~ ':resulttype (?!25 |1043 )\d+ :resultcollid'
  or nodes ~ ':funcid (3556|3449|3450|3451|3452|3453|2580) '
union all
-- A foreign key looks past the policies of its parent, so the child's policy has to ask.
select distinct 'policy_parent', a.name, format('%s may set %I, and it does not look at it', a.rolname,
  t.attname), 'check that the person can see that row'
from applied a
join pg_catalog.pg_constraint k on k.conrelid = a.relid and k.contype = 'f'
join pg_catalog.pg_attribute t on t.attrelid = a.relid and t.attnum = any (k.conkey)
where a.asks and a.polpermissive and a.command in ('insert', 'update')
  and has_column_privilege(a.role, a.relid, t.attnum, a.command)
  and not exists (select from columns c
    where c.policy = a.oid and c.relid = a.relid and c.attnum = t.attnum)
  -- Its trigger finds the message as the person and sets "chatId", which the policy asks for.
  and format('%s %s', a.name, t.attname) <> 'public."Vote" insert_self message_id'
union all
select distinct 'policy_index', a.name, format('compares %I, which begins no index', t.attname),
  'create an index on it'
from applied a
join columns c on c.policy = a.oid and c.relid = a.relid
join pg_catalog.pg_attribute t on t.attrelid = a.relid and t.attnum = c.attnum
where a.asks and t.atttypid = 'uuid'::regtype and not exists (
  select from pg_catalog.pg_index i
  where i.indrelid = a.relid and i.indkey[0] = t.attnum and i.indisvalid);
comment on view app_private.findings_of_policy_expressions is
  'Policies whose expressions break a catalogue rule.';
