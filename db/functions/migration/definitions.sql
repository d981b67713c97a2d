-- What the catalogue says of everything that access depends on, one row an object: its parts as
-- JSON, as PostgreSQL writes them. Migrations keep a copy (app_private.fingerprint); db-check compares.
create or replace function app_private.definitions()
  returns table (kind text, name text, definition text)
  language sql
  stable
  set search_path = ''
as $$
  with ours as (
    select oid, nspname from pg_catalog.pg_namespace
    where nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
  ), relation as (
    select c.*, format('%I.%I', n.nspname, c.relname) as full_name
    from pg_catalog.pg_class c join ours n on n.oid = c.relnamespace
  )
  select 'schema', format('%I', nspname), json_build_object('owner', nspowner::regrole,
    'grants', monitor.grants_of(nspacl, 'n', nspowner))::text
  from pg_catalog.pg_namespace where oid in (select oid from ours)
  union all
  select 'relation', full_name, json_build_object('kind', relkind, 'owner', relowner::regrole,
    'rls enabled', relrowsecurity, 'rls forced', relforcerowsecurity, 'options', reloptions::text,
    'grants', monitor.grants_of(relacl, translate(relkind::text, 'Spvmf', 'srrrr')::"char",
      relowner))::text
  from relation where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'column', format('%s.%I', r.full_name, a.attname), json_build_object(
    'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
    'default', pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'identity', nullif(a.attidentity, ''),
    'statistics', nullif(a.attstattarget, -1),
    'grants', monitor.grants_of(a.attacl, 'c', r.relowner))::text
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v')
  union all
  select 'constraint', format('%s %I', r.full_name, c.conname),
    json_build_object('definition', pg_catalog.pg_get_constraintdef(c.oid),
      'validated', c.convalidated)::text
  from relation r join pg_catalog.pg_constraint c on c.conrelid = r.oid
  where c.contype <> 'n'
  union all
  select 'index', r.full_name, json_build_object(
    'definition', pg_catalog.pg_get_indexdef(i.indexrelid), 'valid', i.indisvalid)::text
  from relation r join pg_catalog.pg_index i on i.indexrelid = r.oid
  union all
  select 'policy', format('%s %I', r.full_name, p.polname),
    json_build_object('permissive', p.polpermissive,
      'for', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
        when 'd' then 'delete' else 'all' end,
      'to', (select string_agg(case o when 0 then 'public' else o::regrole::text end, ', '
          order by o::regrole::text)
        from unnest(p.polroles) o),
      'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      'with check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))::text
  from relation r join pg_catalog.pg_policy p on p.polrelid = r.oid
  union all
  select 'trigger', format('%s %I', r.full_name, t.tgname),
    json_build_object('definition', pg_get_triggerdef(t.oid), 'enabled', t.tgenabled)::text
  from relation r join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
  union all
  select 'rule', format('%s %I', r.full_name, w.rulename),
    json_build_object('definition', pg_catalog.pg_get_ruledef(w.oid))::text
  from relation r join pg_catalog.pg_rewrite w on w.ev_class = r.oid
  union all
  select 'function', p.oid::regprocedure::text,
    json_build_object('owner', p.proowner::regrole,
      'grants', monitor.grants_of(p.proacl, 'f', p.proowner),
      'head', replace(pg_catalog.pg_get_functiondef(p.oid), p.prosrc, ''), 'body', p.prosrc)::text
  from pg_catalog.pg_proc p join ours n on n.oid = p.pronamespace
  where n.nspname <> 'extensions' and p.prokind in ('f', 'p', 'w')
  union all
  select 'role', rolname, json_build_object('superuser', rolsuper, 'bypassrls', rolbypassrls,
    'login', rolcanlogin, 'inherit', rolinherit, 'createrole', rolcreaterole, 'createdb', rolcreatedb,
    'replication', rolreplication,
    'settings', (select array_to_string(s.setconfig, E'\n') from pg_catalog.pg_db_role_setting s
      where s.setrole = r.oid and s.setdatabase = 0),
    -- What a superuser may give rlschat_stats (docs/operating.md) is no drift.
    'member of', (select string_agg(distinct m.roleid::regrole::text, ', ') from pg_catalog.pg_auth_members m
      where m.member = r.oid
        and (r.rolname <> 'rlschat_stats' or m.roleid <> 'pg_read_all_stats'::regrole)))::text
  from pg_catalog.pg_roles r
  -- The role monitor executes this and reads no view of app_private. A test compares the list with
  -- app_private.own_role.
  where rolname in ('admin', 'anonymous', 'builtin_definer', 'chat_definer', 'credit_definer',
    'identity_definer', 'identity_setter', 'live_definer', 'membership_definer', 'monitor',
    'record_definer', 'regular_user', 'rlschat_api', 'rlschat_auth', 'rlschat_backup',
    'rlschat_explain', 'rlschat_live', 'rlschat_owner', 'rlschat_purge', 'rlschat_stats',
    'sign_in_definer')
  union all
  select 'default privileges', format('%s %s%s', defaclrole::regrole, defaclobjtype,
    ' in ' || nullif(defaclnamespace, 0)::regnamespace),
    json_build_object('grants', monitor.grants_of(defaclacl, defaclobjtype, defaclrole))::text
  from pg_catalog.pg_default_acl
  where defaclrole::regrole::text = 'rlschat_owner'
    or defaclrole::regrole::text like '%\_definer'
$$;
grant execute on function app_private.definitions() to monitor;
comment on function app_private.definitions() is
  'The definitions of schemas, tables, policies, triggers, functions, grants and roles, as they are.';
