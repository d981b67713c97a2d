-- A position is a snapshot: what is visible now and was not in it is new, in whatever order it was
-- committed. That is what began after it, or what it lists as running, so that a transaction which
-- runs for hours does not have everything since read again. "last" continues a page.
-- In the snapshot of the statement that calls it, as every stable function.
-- By its key, always: the outbox is empty at night, and a plan that was made and kept then would read
-- all of it for each page of the morning.
-- Definer: nobody reads "Event".
create or replace function auth.events(
  after pg_snapshot, upto pg_snapshot, last bigint, page integer)
  returns setof public."Event"
  language plpgsql
  stable
  security definer
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
alter function auth.events(pg_snapshot, pg_snapshot, bigint, integer) owner to auth_definer;
comment on function auth.events(pg_snapshot, pg_snapshot, bigint, integer) is
  'What was committed between two snapshots, in the order of its numbers, a page at a time.';
