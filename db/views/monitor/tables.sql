-- What the catalogue says of each table; the rows are the planner's estimate, nobody counts them.
create or replace view monitor.tables with (security_barrier) as
  select c.relname::text as "table", obj_description(c.oid, 'pg_class') as comment,
    c.relrowsecurity as rls_enabled, c.relforcerowsecurity as rls_forced,
    nullif(c.reltuples, -1)::bigint as estimated_rows, pg_total_relation_size(c.oid) as size,
    coalesce((
      select json_object_agg(p.command, p.names order by p.command)
      from (
        select lower(p.cmd) as command, json_agg(p.policyname order by p.policyname) as names
        from pg_catalog.pg_policies p
        where p.schemaname = 'public' and p.tablename = c.relname group by 1) p), '{}') as policies,
    coalesce((
      select json_object_agg(g.command, g.grantees order by g.command)
      from (
        select g.command, json_object_agg(g.grantee, g.columns order by g.grantee) as grantees
        from (
          select lower(a.privilege_type) as command,
            case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end as grantee,
            json_agg(coalesce(a.attname::text, '*') order by a.attname) as columns
          from (
            select t.grantee, t.privilege_type, null::name as attname
            from pg_catalog.aclexplode(c.relacl) t
            union all
            select t.grantee, t.privilege_type, o.attname
            from pg_catalog.pg_attribute o cross join lateral pg_catalog.aclexplode(o.attacl) t
            where o.attrelid = c.oid and not o.attisdropped) a
          where a.grantee <> c.relowner
          group by 1, 2) g
        group by 1) g), '{}') as grants
  from pg_catalog.pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (select auth.can_view_monitoring());
grant select on monitor.tables to monitor;
comment on view monitor.tables is
  'Every table of public: whether policies hold, which, what is granted by command, and its size.';
