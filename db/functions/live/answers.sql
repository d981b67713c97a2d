-- What the followers of streams do not have yet: chunks up to the first that is missing, because
-- writers may append them in any order, and, once they have all, how the stream ended. Not more than
-- some 4 MB at a time, by turns: everybody's first before anybody's second. An index of null: they follow
-- no stream, or can take nothing now.
-- Sees no person: auth.deliver has found out who may follow.
-- Definer: it reads what people have written.
create or replace function auth.answers(streams uuid[], indexes integer[])
  returns table (subscriber integer, "index" integer, kind text, payload text)
  language plpgsql
  stable
  security definer
  set search_path = ''
  rows 100
as $$
#variable_conflict use_column
begin
  return query
  with s as materialized (
    select s.n::integer as n, s.stream, s.has
    from unnest(streams, indexes) with ordinality as s (stream, has, n)
    where s.has is not null
  ), c as materialized (
    select s.n, s.stream, c."index",
      sum(c.size) over (order by c.place, s.n) - c.size as before
    from s
    cross join lateral (
      select c."index", octet_length(c."data") as size, row_number() over (order by c."index") as place
      from public."StreamChunk" c
      where c."streamId" = s.stream and c."index" > s.has
      order by c."index"
      limit 64) c
    where c."index" = s.has + c.place
  )
  select c.n, c."index", 'chunk', d."data"::text
  from c
  join public."StreamChunk" d on d."streamId" = c.stream and d."index" = c."index"
  where c.before < 4 * 1024 * 1024
  union all
  select s.n, null, e.state, t."messageId"::text
  from s
  join public."Stream" t on t."id" = s.stream
  cross join lateral (select public.stream_state(t."finishedAt", t."activeAt")) e (state)
  where e.state <> 'open' and s.n not in (select c.n from c);
end
$$;
alter function auth.answers(uuid[], integer[]) owner to auth_definer;
comment on function auth.answers(uuid[], integer[]) is
  'The next chunks of streams after those that each follower has, or how the stream ended.';
