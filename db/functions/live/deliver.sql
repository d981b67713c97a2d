-- What happened since a position, and which subscribers get it: one statement, one snapshot, so that
-- what is delivered was visible to that person at that moment. Rows, in this order:
--
--   position          payload: the snapshot that was read up to, the time, and for how many
--                     milliseconds the oldest event waited; id: the last event's of a full page,
--                     or of one that ends early because it is large (auth.event_payloads)
--   created, updated  payload: the row as it is now, as the API shows it; one that has gone is left out
--   deleted, left     payload: ids, for whoever saw the row and, while it is there, sees its chat
--   chunk             id: its index in the stream; payload: the text
--   finished          of a stream that they have all of (an hour later: all that is left); payload: the
--                     message that it became
--   abandoned         likewise
--   end               payload: why these subscribers get no more
--
-- "upto" and "last" continue a page, see auth.events. "ours": the position was this process's, so what
-- was committed by then was so before what is new; any other is what somebody says it is, and is led up
-- by steps (auth.as_far_as) and smaller pages.
--
-- A subscriber is a person (null: nobody in particular), the digest of their session's secret, a chat
-- (null: all of theirs) and, for a stream of that chat, the stream and the last index they have (null:
-- they can take nothing of it now).
-- Whom no news concerns is asked about only with "everybody".
-- Definer: the login of delivery may read nothing.
create or replace function auth.deliver(
  after pg_snapshot, upto pg_snapshot, last bigint, page integer, ours boolean, everybody boolean,
  people uuid[], digests bytea[], chats uuid[], streams uuid[], indexes integer[])
  returns table ("id" bigint, "kind" text, "payload" text, "readers" integer[])
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
#variable_conflict use_column
declare
  present pg_snapshot := coalesce(upto, pg_current_snapshot());
begin
  if not ours and last = 0 then
    present := auth.as_far_as(after, present, 4096);
  elsif not ours and auth.as_far_as(after, present, 50000)::text <> present::text then
    raise exception 'too much lies between these snapshots' using errcode = 'program_limit_exceeded';
  end if;
  return query
  with subscriber as materialized (
    select s.n::integer as n, s.person, s.digest, s.chat, s.stream
    from unnest(people, digests, chats, streams) with ordinality
      as s (person, digest, chat, stream, n)
  ), event as materialized (
    select * from auth.events(after, present, last, page)
  ), scope as materialized (
    -- Chats as they are, and as they were when something in them went; a membership stands as a chat
    -- that its organization sees.
    select row_number() over ()::integer as k, every.* from (
      select c."id" as chat, c."userId" as owner, c."organizationId" as organization,
        c."visibility" as visibility, false as past,
        exists (select from event e where e."chatId" = c."id") as news
      from public."Chat" c
      where c."id" in (
        select e."chatId" from event e
        union all select s.chat from subscriber s where everybody or s.stream is not null)
      union
      select e."chatId", e."userId", e."organizationId", e."visibility", true, true
      from event e where e."visibility" is not null
      union
      select null, null, e."organizationId", 'private', true, true
      from event e where e."chatId" is null) every
  ), sees as materialized (
    select r.subscriber as n, r.chat as k
    from auth.readers(people, chats, array(select chat from scope order by k),
      array(select owner from scope order by k), array(select organization from scope order by k),
      array(select visibility::text from scope order by k),
      array(select news from scope order by k)) r
  ), present as materialized (
    -- Who sees chats as they are.
    select w.* from sees w join scope l on l.k = w.k where not l.past
  ), alive as materialized (
    select s.n from subscriber s
    where (everybody or s.n in (select v.n from sees v)
        or s.person in (select e."userId" from event e))
      and (s.person is null or exists (
        select from public.sessions f
        join public.sessions l on l."id" = coalesce(f."familyId", f."id") and l."revoked" is null
          and l."expires" > statement_timestamp() at time zone 'utc'
        where f."secretDigest" = s.digest and f."userId" = s.person and f."revoked" is null))
  ), follows as materialized (
    -- Also whether it is of that chat, because people choose ids, and may use one again.
    select s.n from subscriber s join public."Stream" t on t."id" = s.stream and t."chatId" = s.chat
  ), audience as materialized (
    -- Of a chat as it was: who, while it is there, still sees it as it is.
    select l.k, array_agg(v.n) as readers
    from scope l
    join sees v on v.k = l.k
    join alive on alive.n = v.n
    join subscriber s on s.n = v.n and s.stream is null
    left join scope c on not c.past and c.chat = l.chat
    where c.k is null or (c.k, v.n) in (select p.k, p.n from present p)
    group by l.k
  ), joined as materialized (
    select j."xid", j."userId" as person, j."organizationId" as organization
    from public."Event" j
    where j."kind" = 'member.joined' and exists (select from event e where e."snapshot" is not null)
  ), news as materialized (
    select e.*, a.readers
    from event e
    -- Also whether it is a chat, because people choose ids, and may choose their organization's.
    join scope k on coalesce(k.chat, k.organization) = coalesce(e."chatId", e."organizationId")
      and (k.chat is null) = (e."chatId" is null)
      and k.past = (e."snapshot" is not null or e."chatId" is null)
      and (not k.past or k.organization is not distinct from e."organizationId"
        and (e."chatId" is null or (k.owner, k.visibility) = (e."userId", e."visibility")))
    left join audience a on a.k = k.k
  ), late as materialized (
    -- Whoever was no member yet when the row went, unless they saw it as anybody could.
    select n."id", s.n
    from news n
    join joined j on j.organization = n."organizationId" and j.person is distinct from n."rowId"
      and not pg_visible_in_snapshot(j."xid", n."snapshot")
      and not (ours and pg_visible_in_snapshot(j."xid", after))
    join subscriber s on s.person = j.person
      and (s.chat is null or n."visibility" is distinct from 'public')
  ), told as materialized (
    select p.* from (
      select array_agg(n."id" order by n."id") as ids, array_agg(n."kind" order by n."id") as kinds,
        array_agg(n."rowId" order by n."id") as rows,
        array_agg(coalesce(n."chatId", n."organizationId") order by n."id") as owners
      from news n
      where n."snapshot" is null and n.readers is not null) n
    cross join lateral auth.event_payloads(n.ids, n.kinds, n.rows, n.owners,
      case when ours then 4194304 else 524288 end) p
  ), cut as materialized (
    select max(t."id") as "id" from told t where t.is_cut
  ), answer as (
    select 1 as part, n."id", n."kind"::text, t.payload, n.readers
    from told t join news n on n."id" = t."id"
    where t.payload is not null
    union all
    select 1, n."id", n."kind"::text,
      json_strip_nulls(json_build_object('id', n."rowId", 'chatId', n."chatId",
        'organizationId', case when n."chatId" is null then n."organizationId" end))::text, w.readers
    from news n
    cross join lateral (select case
      when n."kind" <> 'member.left' and n."id" not in (select l."id" from late l) then n.readers
      else (
        select array_agg(r.n) from (
          select unnest(n.readers) as n
          union
          select s.n from subscriber s join alive on alive.n = s.n
          where n."kind" = 'member.left' and s.person = n."userId" and s.chat is null) r
        where (n."id", r.n) not in (select l."id", l.n from late l))
      end) as w (readers)
    where n."snapshot" is not null and w.readers is not null
      and n."id" <= coalesce((select c."id" from cut c), n."id")
    union all
    select 2, a."index", a.kind, a.payload, array[a.subscriber]
    from auth.answers(streams, indexes) a
    where a.subscriber in (select alive.n from alive) and a.subscriber in (select p.n from present p)
      and a.subscriber in (select f.n from follows f)
    union all
    select 3, null, 'end', e.reason, array_agg(e.n)
    from (
      select s.n, case
        when s.n not in (select alive.n from alive)
          and (everybody or s.n in (select v.n from sees v)) then 'session_ended'
        when s.chat is not null
          and (everybody or s.stream is not null or s.chat in (select e."chatId" from event e))
          and s.n not in (select p.n from present p) then 'not_found'
        when s.stream is not null and s.n not in (select f.n from follows f) then 'not_found'
      end as reason
      from subscriber s
    ) e
    where e.reason is not null
    group by e.reason
  )
  select coalesce((select c."id" from cut c), case when count(*) = page then max(e."id") end), 'position',
    concat_ws(' ', present, extract(epoch from statement_timestamp())::bigint,
      extract(epoch from statement_timestamp() at time zone 'utc' - min(e."createdAt")) * 1000),
    null::integer[]
  from event e
  union all
  (select a."id", a."kind", a.payload, a.readers from answer a order by a.part, a."id");
end
$$;
alter function auth.deliver(pg_snapshot, pg_snapshot, bigint, integer, boolean, boolean,
  uuid[], bytea[], uuid[], uuid[], integer[]) owner to auth_definer;
grant execute on function auth.deliver(pg_snapshot, pg_snapshot, bigint, integer, boolean, boolean,
  uuid[], bytea[], uuid[], uuid[], integer[]) to rlschat_live;
comment on function auth.deliver(pg_snapshot, pg_snapshot, bigint, integer, boolean, boolean,
  uuid[], bytea[], uuid[], uuid[], integer[]) is
  'The events since a position, each with those of the subscribers who may know of it, and the '
  'subscribers who have lost access.';
