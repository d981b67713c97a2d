-- What the catalogue says of everything that access depends on, one row an object, as text that
-- PostgreSQL itself writes. Migrations keep a copy (app_private.fingerprint); db-check compares.
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
  select 'schema', format('%I', nspname), format('owner %s; grants %s', nspowner::regrole,
    (select string_agg(a::text, ' ' order by a::text) from unnest(nspacl) a))
  from pg_catalog.pg_namespace where oid in (select oid from ours)
  union all
  select 'relation', full_name, format('%s owner %s; rls %s forced %s; options %s; grants %s',
    relkind, relowner::regrole, relrowsecurity, relforcerowsecurity, reloptions,
    (select string_agg(a::text, ' ' order by a::text) from unnest(relacl) a))
  from relation where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'column', format('%s.%I', r.full_name, a.attname), format('%s%s%s%s%s; grants %s',
    pg_catalog.format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then ' not null' end,
    ' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid),
    ' identity ' || nullif(a.attidentity::text, ''), ' statistics ' || nullif(a.attstattarget, -1),
    (select string_agg(g::text, ' ' order by g::text) from unnest(a.attacl) g))
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v')
  union all
  select 'constraint', format('%s %I', r.full_name, c.conname),
    format('%s%s', pg_catalog.pg_get_constraintdef(c.oid),
      case when not c.convalidated then ' not validated' end)
  from relation r join pg_catalog.pg_constraint c on c.conrelid = r.oid
  where c.contype <> 'n'
  union all
  select 'index', r.full_name, format('%s%s', pg_catalog.pg_get_indexdef(i.indexrelid),
    case when not i.indisvalid then ' invalid' end)
  from relation r join pg_catalog.pg_index i on i.indexrelid = r.oid
  union all
  select 'policy', format('%s %I', r.full_name, p.polname),
    format('%s for %s to %s using (%s) with check (%s)',
      case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
      (select string_agg(case o when 0 then 'public' else o::regrole::text end, ', '
          order by o::regrole::text)
        from unnest(p.polroles) o),
      pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
  from relation r join pg_catalog.pg_policy p on p.polrelid = r.oid
  union all
  select 'trigger', format('%s %I', r.full_name, t.tgname),
    format('%s; enabled %s', pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)
  from relation r join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
  union all
  select 'rule', format('%s %I', r.full_name, w.rulename), pg_catalog.pg_get_ruledef(w.oid)
  from relation r join pg_catalog.pg_rewrite w on w.ev_class = r.oid
  union all
  select 'function', p.oid::regprocedure::text,
    format('owner %s; grants %s; %s', p.proowner::regrole,
      (select string_agg(a::text, ' ' order by a::text) from unnest(p.proacl) a),
      pg_catalog.pg_get_functiondef(p.oid))
  from pg_catalog.pg_proc p join ours n on n.oid = p.pronamespace
  where n.nspname <> 'extensions' and p.prokind in ('f', 'p', 'w')
  union all
  select 'role', rolname, format('super %s, bypassrls %s, login %s, inherit %s, createrole %s, '
      'createdb %s, replication %s; settings %s; member of %s',
    rolsuper, rolbypassrls, rolcanlogin, rolinherit, rolcreaterole, rolcreatedb, rolreplication,
    (select s.setconfig from pg_catalog.pg_db_role_setting s
      where s.setrole = r.oid and s.setdatabase = 0),
    -- What a superuser may give rlschat_stats (docs/operating.md) is no drift.
    (select string_agg(distinct m.roleid::regrole::text, ', ') from pg_catalog.pg_auth_members m
      where m.member = r.oid
        and (r.rolname <> 'rlschat_stats' or m.roleid <> 'pg_read_all_stats'::regrole)))
  from pg_catalog.pg_roles r
  -- The role monitor executes this and reads no view of app_private. A test compares the list with
  -- app_private.own_role.
  where rolname in ('admin', 'anonymous', 'builtin_definer', 'chat_definer', 'credit_definer',
    'identity_definer', 'identity_setter', 'live_definer', 'membership_definer', 'monitor',
    'record_definer', 'regular_user', 'rlschat_api', 'rlschat_auth', 'rlschat_backup',
    'rlschat_live', 'rlschat_owner', 'rlschat_purge', 'rlschat_stats', 'sign_in_definer')
  union all
  select 'default privileges', format('%s %s%s', defaclrole::regrole, defaclobjtype,
    ' in ' || nullif(defaclnamespace, 0)::regnamespace), defaclacl::text
  from pg_catalog.pg_default_acl
  where defaclrole::regrole::text = 'rlschat_owner'
    or defaclrole::regrole::text like '%\_definer'
$$;
grant execute on function app_private.definitions() to monitor;
comment on function app_private.definitions() is
  'The definitions of schemas, tables, policies, triggers, functions, grants and roles, as they are.';
