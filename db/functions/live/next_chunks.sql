-- The chunks that followers lack: those after their index, up to the first gap, because writers may
-- append in any order; and, for a follower who has them all, how the stream ended. At most 64
-- chunks each and some 4 MB together, round-robin: the first chunk of every follower before the
-- second of any.
-- A follower whose index is null gets nothing. It checks no person: see auth.deliver_chunks.
create or replace function app_private.next_chunks(streams uuid[], indexes integer[])
  returns table (subscriber integer, "index" integer, kind text, payload text)
  language plpgsql
  stable
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
      select c."index", octet_length(c."data") as size,
        row_number() over (order by c."index") as place
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
alter function app_private.next_chunks(uuid[], integer[]) owner to live_definer;
comment on function app_private.next_chunks(uuid[], integer[]) is
  'The next chunks of streams after those that each follower has, or how the stream ended.';
