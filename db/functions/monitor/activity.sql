-- Counts, by what connections do: no query, no address, no process. The view pg_stat_activity may be
-- closed to us (db/superuser/tighten.sql); the function behind it shows what the caller may see.
-- Definer: sees the states of the API's connections.
create or replace function monitor.activity()
  returns table (role text, state text, wait text, connections bigint, oldest_transaction double precision)
  language sql
  stable
  security definer
  set search_path = ''
as $$
  select r.rolname::text, coalesce(a.state, 'hidden'), a.wait_event_type || ': ' || a.wait_event,
    count(*), max(extract(epoch from clock_timestamp() - a.xact_start))::double precision
  from pg_catalog.pg_stat_get_activity(null) a
  join pg_catalog.pg_roles r on r.oid = a.usesysid
  where a.datid = (
      select d.oid from pg_catalog.pg_database d where d.datname = current_database())
    and auth.can_view_monitoring()
  group by 1, 2, 3
$$;
alter function monitor.activity() owner to rlschat_stats;
grant execute on function monitor.activity() to monitor, rlschat_owner;
comment on function monitor.activity() is
  'How many connections of each role are in which state, what they wait for, and the age in seconds '
  'of their oldest transaction; "hidden" is the state of a login that is not ours.';
