-- What only a superuser can tighten, in this database, once db-migrate has made the roles. Not needed
-- to install: hosted servers give no superuser, and db-check lists what is left open. The embedded
-- server has run it.

-- Who is connected from where, and what they are running. monitor.activity() counts it.
revoke select on pg_catalog.pg_stat_activity from public;
grant select on pg_catalog.pg_stat_activity to pg_monitor;
do $$
declare
  item regprocedure;
begin
  for item in
    select p.oid from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname = 'pg_stat_get_activity' or p.proname like 'pg\_stat\_get\_backend\_%')
  loop
    execute format('revoke execute on function %s from public', item);
    execute format('grant execute on function %s to pg_monitor, rlschat_stats', item);
  end loop;
end
$$;

revoke execute on function pg_catalog.pg_terminate_backend(integer, bigint) from public;
revoke execute on function pg_catalog.pg_cancel_backend(integer) from public;

revoke execute on function pg_catalog.lo_create(oid) from public;
revoke execute on function pg_catalog.lo_creat(integer) from public;
revoke execute on function pg_catalog.lo_from_bytea(oid, bytea) from public;
revoke execute on function pg_catalog.lo_put(oid, bigint, bytea) from public;
revoke execute on function pg_catalog.lowrite(integer, bytea) from public;
