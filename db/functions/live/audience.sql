-- The recipients of events about existing rows: everybody who sees the chat now, and, for an event
-- about a member, the members of the organization who subscribe to everything of their own.
-- Deletions: app_private.deletion_audience. Sessions are not checked here, but in
-- auth.ended_subscriptions.
create or replace function app_private.audience(
  happened public."Event"[], people uuid[], wanted uuid[])
  returns table (events bigint[], readers integer[])
  language plpgsql
  stable
  set search_path = ''
  rows 100
as $$
begin
  return query
  with event as materialized (
    select e."id", e."chatId", e."organizationId" from unnest(happened) e where e."snapshot" is null
  ), chat as materialized (
    select e."chatId" as id, array_agg(e."id") as events
    from event e where e."chatId" is not null group by e."chatId"
  ), organization as materialized (
    select e."organizationId" as id, array_agg(e."id") as events
    from event e where e."chatId" is null group by e."organizationId"
  ), chat_reader as materialized (
    select r.chat, array_agg(r.subscriber) as readers
    from app_private.chat_readers(people, wanted, array(select c.id from chat c)) r
    group by r.chat
  ), member as materialized (
    select u."organizationId" as organization, array_agg(s.n::integer) as readers
    from unnest(people, wanted) with ordinality as s (person, wants, n)
    join public."User" u on u."id" = s.person
    where s.wants is null and u."organizationId" in (select o.id from organization o)
    group by u."organizationId"
  )
  select c.events, r.readers from chat c join chat_reader r on r.chat = c.id
  union all
  select o.events, m.readers from organization o join member m on m.organization = o.id;
end
$$;
alter function app_private.audience(public."Event"[], uuid[], uuid[]) owner to live_definer;
comment on function app_private.audience(public."Event"[], uuid[], uuid[]) is
  'The recipients of events about existing rows; one row for all events with the same readers.';
