-- Transaction numbers belong to one database: "place" tells this database from a copy, from a
-- restored one, and (by the timeline) from a standby that took over and may lack the last
-- transactions.
-- Definer: the login of delivery reads no table.
create or replace function auth.position()
  returns table (place text, at bigint, snapshot pg_snapshot)
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
begin
  return query
  select concat_ws('-', c.system_identifier, d.oid,
      ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint),
    extract(epoch from statement_timestamp())::bigint,
    pg_current_snapshot()
  from pg_control_system() c, pg_catalog.pg_database d where d.datname = current_database();
end
$$;
alter function auth.position() owner to live_definer;
grant execute on function auth.position() to rlschat_live;
comment on function auth.position() is
  'Where delivery starts: which database this is, the time, and what is committed.';
