-- The recipients of deletions. The outbox keeps the owner, organization and visibility of the chat
-- at the moment of the deletion. The audience of a deletion is everybody who
--   saw the chat then, by these three and the membership of now,
--   and sees the chat now, unless the chat is gone, too,
--   and was a member by then: people who joined later do not even learn that the row existed,
--   unless they subscribe to the chat and it was public.
-- A member who left is a deletion as well: their colleagues of now and they themselves may know.
--
-- "known": what was committed by this snapshot was committed before these deletions (the position
-- of this process); null when a client says where it stands, because then nothing is known of
-- that order.
create or replace function app_private.deletion_audience(
  happened public."Event"[], known pg_snapshot, people uuid[], wanted uuid[])
  returns table (events bigint[], readers integer[])
  language plpgsql
  stable
  set search_path = ''
  rows 100
as $$
begin
  if not exists (select from unnest(happened) e where e."snapshot" is not null) then
    return;
  end if;
  return query
  with subscriber as materialized (
    select s.n::integer as n, s.person, s.wants
    from unnest(people, wanted) with ordinality as s (person, wants, n)
  ), event as materialized (
    select e.*, dense_rank() over (order by e."chatId", e."organizationId", e."visibility",
      case when e."chatId" is not null then e."userId" end)::integer as state
    from unnest(happened) e where e."snapshot" is not null
  ), state as materialized (
    -- A chat as it was. An organization stands as a private chat of it.
    select distinct on (e.state) e.state as n, e."chatId" as chat,
      case when e."chatId" is not null then e."userId" end as owner,
      e."organizationId" as organization, coalesce(e."visibility", 'private')::text as visibility
    from event e
    order by e.state
  ), sees as materialized (
    select r.chat, r.subscriber
    from app_private.chat_readers(people, wanted, array(select s.chat from state s)) r
  ), saw as materialized (
    select r.chat as state, array_agg(r.subscriber) as readers
    from app_private.readers(people, wanted, array(select s.chat from state s order by s.n),
      array(select s.owner from state s order by s.n),
      array(select s.organization from state s order by s.n),
      array(select s.visibility from state s order by s.n)) r
    join state s on s.n = r.chat
    left join public."Chat" c on c."id" = s.chat
    where c."id" is null or (c."id", r.subscriber) in (select v.chat, v.subscriber from sees v)
    group by r.chat
  ), joined as materialized (
    select j."xid", j."userId" as person, j."organizationId" as organization
    from public."Event" j
    where j."kind" = 'member.joined'
  ), late as materialized (
    select e."id", array_agg(s.n) as readers
    from event e
    join joined j on j.organization = e."organizationId" and j.person is distinct from e."rowId"
      and not pg_visible_in_snapshot(j."xid", e."snapshot")
      and (known is null or not pg_visible_in_snapshot(j."xid", known))
    join subscriber s on s.person = j.person
      and (s.wants is null or e."visibility" is distinct from 'public')
    group by e."id"
  ), leaver as materialized (
    select e."id", array_agg(s.n) as readers
    from event e
    join subscriber s on s.person = e."userId" and s.wants is null
    where e."kind" = 'member.left'
    group by e."id"
  ), told as (
    select array_agg(e."id") as events, w.readers, l.readers as late, v.readers as leavers
    from event e
    left join saw w on w.state = e.state
    left join late l on l."id" = e."id"
    left join leaver v on v."id" = e."id"
    group by e.state, w.readers, l.readers, v.readers
  )
  select t.events, case when t.late is null and t.leavers is null then t.readers else array(
    (select unnest(t.readers) union select unnest(t.leavers)) except select unnest(t.late)) end
  from told t
  where coalesce(t.readers, t.leavers) is not null;
end
$$;
alter function app_private.deletion_audience(public."Event"[], pg_snapshot, uuid[], uuid[])
  owner to live_definer;
comment on function app_private.deletion_audience(public."Event"[], pg_snapshot, uuid[], uuid[]) is
  'The recipients of deletions; one row for all events with the same readers.';
