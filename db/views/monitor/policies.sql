create or replace view monitor.policies with (security_barrier) as
  select p.schemaname as schema, p.tablename as "table", p.policyname as policy,
    lower(p.cmd) as command, p.roles, p.permissive = 'PERMISSIVE' as permissive,
    p.qual as "using", p.with_check,
    (select obj_description(o.oid, 'pg_policy') from pg_catalog.pg_policy o
      where o.polrelid = format('%I.%I', p.schemaname, p.tablename)::regclass
        and o.polname = p.policyname) as comment
  from pg_catalog.pg_policies p
  where p.schemaname = 'public' and (select auth.can_view_monitoring());
grant select on monitor.policies to monitor;
comment on view monitor.policies is
  'Every policy of schema public, with its roles, command, expressions and comment.';
