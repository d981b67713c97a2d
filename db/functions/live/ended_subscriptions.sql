-- Subscriptions that have ended: the session is over, or the chat is no longer visible. A session
-- is valid while its sign-in is.
-- Not coalesce(): below policies it counts as leaky, so that no index would find the sign-in.
-- "which": the places of the subscribers in question; null for all.
-- Definer: it reads sessions and memberships.
create or replace function auth.ended_subscriptions(
  people uuid[], digests bytea[], chats uuid[], which integer[] default null)
  returns table (subscriber integer, reason text)
  language plpgsql
  stable
  security definer
  set search_path = ''
  rows 100
as $$
begin
  return query
  with s as materialized (
    select s.n::integer as n, s.person, s.digest, s.chat
    from unnest(people, digests, chats) with ordinality as s (person, digest, chat, n)
    where which is null or s.n in (select unnest(which))
  ), signed_in as materialized (
    select s.n
    from s
    join public.sessions f
      on f."secretDigest" = s.digest and f."userId" = s.person and f."revoked" is null
    join public.sessions l
      on l."id" = case when f."familyId" is null then f."id" else f."familyId" end
      and l."revoked" is null
      and l."expires" > statement_timestamp() at time zone 'utc'
  ), follower as materialized (
    select array_agg(s.n) as places, array_agg(s.person) as people, array_agg(s.chat) as chats
    from s where s.chat is not null
  ), sees as materialized (
    select f.places[r.subscriber] as n
    from follower f cross join lateral app_private.chat_readers(f.people, f.chats, f.chats) r
  ), e as (
    select s.n, case
      when s.person is not null and s.n not in (select i.n from signed_in i) then 'session_ended'
      when s.chat is not null and s.n not in (select v.n from sees v) then 'not_found'
    end as reason
    from s
  )
  select e.n, e.reason from e where e.reason is not null;
end
$$;
alter function auth.ended_subscriptions(uuid[], bytea[], uuid[], integer[]) owner to live_definer;
grant execute on function auth.ended_subscriptions(uuid[], bytea[], uuid[], integer[])
  to rlschat_live;
comment on function auth.ended_subscriptions(uuid[], bytea[], uuid[], integer[]) is
  'Which of these subscribers have lost access, and why: session_ended or not_found.';
