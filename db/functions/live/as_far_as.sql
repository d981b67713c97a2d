-- A snapshot between two: of the transactions of "upto" those below some number, so that about
-- "most" events lie between "after" and it, and a page of them costs the same however far apart
-- the two are. A transaction is never split. No session ever took this snapshot: it divides the
-- events and implies no order in time.
create or replace function app_private.as_far_as(after pg_snapshot, upto pg_snapshot, most integer)
  returns pg_snapshot
  language plpgsql
  stable
  set search_path = ''
  set enable_seqscan = off
as $$
declare
  bound numeric := (
    select greatest(e."xid"::text::numeric, pg_snapshot_xmax(after)::text::numeric + 1)
    from public."Event" e
    where e."xid" >= pg_snapshot_xmax(after) and e."xid" < pg_snapshot_xmax(upto)
    order by e."xid", e."id"
    offset most limit 1);
begin
  if bound is null then
    return upto;
  end if;
  return concat_ws(':', least(pg_snapshot_xmin(upto)::text::numeric, bound), bound,
    array_to_string(array(
      select x from pg_snapshot_xip(upto) x where x::text::numeric < bound order by x), ',')
  )::pg_snapshot;
end
$$;
alter function app_private.as_far_as(pg_snapshot, pg_snapshot, integer) owner to live_definer;
comment on function app_private.as_far_as(pg_snapshot, pg_snapshot, integer) is
  'A snapshot at most about so many events after another one.';
