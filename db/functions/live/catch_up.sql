-- A page for subscribers who lag behind: their position is what a client says, so it is not trusted
-- ("ours" is false) and may be far away. They reach "upto" in steps of some 4,096 events. A
-- position within a step of more than 50,000 is refused, because each page would read all of it
-- again.
-- Definer: the login of delivery reads no table.
create or replace function auth.catch_up(
  after pg_snapshot, upto pg_snapshot, last bigint, page integer,
  people uuid[], digests bytea[], chats uuid[])
  returns table ("id" bigint, "kind" text, "payload" text, "readers" integer[])
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
#variable_conflict use_column
declare
  step pg_snapshot := upto;
begin
  if last = 0 then
    step := app_private.as_far_as(after, upto, 4096);
  elsif app_private.as_far_as(after, upto, 50000)::text <> upto::text then
    raise exception 'more than 50000 events lie between these snapshots'
      using errcode = 'program_limit_exceeded';
  end if;
  return query
  select d."id", d."kind", d."payload", d."readers"
  from auth.deliver(after, step, last, page, false, true, people, digests, chats) d;
end
$$;
alter function auth.catch_up(pg_snapshot, pg_snapshot, bigint, integer, uuid[], bytea[], uuid[])
  owner to live_definer;
grant execute on function auth.catch_up(
  pg_snapshot, pg_snapshot, bigint, integer, uuid[], bytea[], uuid[]) to rlschat_live;
comment on function auth.catch_up(
  pg_snapshot, pg_snapshot, bigint, integer, uuid[], bytea[], uuid[]) is
  'The rows of auth.deliver for subscribers behind this process.';
