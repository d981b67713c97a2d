-- The events between two positions. A position in the outbox is a snapshot: an event is new when
-- its transaction is visible in "upto" and was not in "after", in whatever order transactions
-- committed. These are the transactions that began after that snapshot was taken and those that
-- were running then, so a transaction that runs for hours delays nothing else and is not lost.
-- "last" continues a page.
--
-- Always by the key: the outbox is empty at night, and a plan that was made and kept then would
-- read the whole table for each page in the morning.
create or replace function app_private.events(
  after pg_snapshot, upto pg_snapshot, last bigint, page integer)
  returns setof public."Event"
  language plpgsql
  stable
  set search_path = ''
  set enable_seqscan = off
  rows 100
as $$
begin
  return query
  select e.* from (
    select * from public."Event" e
    where e."xid" >= pg_snapshot_xmax(after) and e."xid" < pg_snapshot_xmax(upto)
    union all
    select * from public."Event" e where e."xid" = any (array(select pg_snapshot_xip(after)))
  ) e
  where e."id" > last and pg_visible_in_snapshot(e."xid", upto)
  order by e."id"
  limit page;
end
$$;
alter function app_private.events(pg_snapshot, pg_snapshot, bigint, integer) owner to live_definer;
comment on function app_private.events(pg_snapshot, pg_snapshot, bigint, integer) is
  'The events committed between two snapshots, by id, one page at a time.';
