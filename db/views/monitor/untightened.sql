-- Rights of public that only a superuser can revoke. The system holds without it; they help only
-- somebody who already runs SQL.
create or replace view monitor.untightened (rule, object, finding, remedy)
  with (security_barrier) as
select 'superuser_only', 'pg_stat_activity', 'everybody sees which connections there are',
  'as a superuser: db/superuser/tighten.sql'
where has_table_privilege('public', 'pg_catalog.pg_stat_activity', 'select')
  and (select auth.can_view_monitoring())
union all
select 'superuser_only', p.oid::regprocedure::text, 'everybody may execute it',
  'as a superuser: db/superuser/tighten.sql'
from pg_catalog.pg_proc p
where p.pronamespace = 'pg_catalog'::regnamespace
  and (p.proname in ('pg_stat_get_activity', 'pg_terminate_backend', 'pg_cancel_backend',
      'lo_create', 'lo_creat', 'lo_from_bytea', 'lo_put', 'lowrite')
    or p.proname like 'pg\_stat\_get\_backend\_%')
  and has_function_privilege('public', p.oid, 'execute')
  and (select auth.can_view_monitoring());
grant select on monitor.untightened to monitor;
comment on view monitor.untightened is
  'Rights that a superuser could revoke; none shows more rows.';
