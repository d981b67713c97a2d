-- A page of live events for the subscribers of a process. One statement in one snapshot, so an
-- event is delivered only to people who may see it at that moment:
--   app_private.events          what happened since a position
--   app_private.audience        who may know of it; of deletions, deletion_audience
--   auth.ended_subscriptions    whose access ended
--   app_private.event_payloads  what the others get
--
-- It returns, in this order:
--   position  payload: the snapshot that was read up to, the time, and for how many milliseconds
--             the oldest event has waited; id: the last event of the page, when there may be more
--   events    payload: see app_private.event_payload; an event whose row no longer exists is
--             omitted
--   end       payload: why these subscribers get no more
--
-- A subscriber is a person (null: anonymous), the digest of the secret of their session, and a
-- chat (null: all of their own), by place in the arrays. "everybody" checks the access of all;
-- otherwise only of those affected by the page. "ours": the position is this process's own, not
-- one that a client has sent (auth.catch_up).
-- Definer: the login of delivery reads no table.
create or replace function auth.deliver(
  after pg_snapshot, upto pg_snapshot, last bigint, page integer, ours boolean, everybody boolean,
  people uuid[], digests bytea[], chats uuid[])
  returns table ("id" bigint, "kind" text, "payload" text, "readers" integer[])
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
#variable_conflict use_column
declare
  present constant pg_snapshot := coalesce(upto, pg_current_snapshot());
  happened constant public."Event"[] := array(
    select e from app_private.events(after, present, last, page) e);
begin
  return query
  with audience as materialized (
    select a.events, a.readers from app_private.audience(happened, people, chats) a
    union all
    select d.events, d.readers
    from app_private.deletion_audience(happened, case when ours then after end, people, chats) d
  ), ended as materialized (
    select x.subscriber, x.reason
    from auth.ended_subscriptions(people, digests, chats, case when not everybody then array(
      select unnest(a.readers) from audience a
      union
      select s.n::integer from unnest(chats) with ordinality as s (chat, n)
      where s.chat in (select e."chatId" from unnest(happened) e)) end) x
  ), signed_out as materialized (
    select array_agg(x.subscriber) as places from ended x where x.reason = 'session_ended'
  ), signed_in as materialized (
    select a.events, case when o.places is null then a.readers
      else array(select unnest(a.readers) except select unnest(o.places)) end as readers
    from audience a cross join signed_out o
  ), reader as materialized (
    select unnest(i.events) as "id", i.readers from signed_in i where i.readers <> '{}'
  ), told as materialized (
    select p.*
    from app_private.event_payloads(
      array(select e from unnest(happened) e where e."id" in (select r."id" from reader r)
        order by e."id"),
      case when ours then 4194304 else 524288 end) p
  )
  select coalesce((select t."id" from told t where t.is_cut),
      case when count(*) = page then max(e."id") end), 'position',
    concat_ws(' ', present, extract(epoch from statement_timestamp())::bigint,
      extract(epoch from statement_timestamp() at time zone 'utc' - min(e."createdAt")) * 1000),
    null::integer[]
  from unnest(happened) e
  union all
  (select t."id", t."kind", t.payload, r.readers
    from told t join reader r on r."id" = t."id"
    where t.payload is not null
    order by t."id")
  union all
  select null, 'end', x.reason, array_agg(x.subscriber) from ended x group by x.reason;
end
$$;
alter function auth.deliver(pg_snapshot, pg_snapshot, bigint, integer, boolean, boolean,
  uuid[], bytea[], uuid[]) owner to live_definer;
grant execute on function auth.deliver(pg_snapshot, pg_snapshot, bigint, integer, boolean, boolean,
  uuid[], bytea[], uuid[]) to rlschat_live;
comment on function auth.deliver(pg_snapshot, pg_snapshot, bigint, integer, boolean, boolean,
  uuid[], bytea[], uuid[]) is
  'The events since a position, each with the subscribers who may know of it, and the subscribers '
  'who have lost access.';
