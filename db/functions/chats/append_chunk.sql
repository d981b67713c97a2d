create or replace function public.append_chunk(stream_id uuid, chunk_index integer, chunk_data text)
  returns timestamp
  language plpgsql
  set search_path = ''
as $$
declare
  appended timestamp(3);
  is_same boolean;
begin
  insert into public."StreamChunk" ("streamId", "index", "data")
  select s."id", chunk_index, chunk_data from public."Stream" s where s."id" = stream_id
  on conflict ("streamId", "index") do nothing
  returning "createdAt" into appended;
  if found then
    return appended;
  end if;

  -- Read again: the first snapshot lacks a chunk appended concurrently.
  select c."createdAt", c."data" = chunk_data into appended, is_same
  from public."StreamChunk" c
  where c."streamId" = stream_id and c."index" = chunk_index;
  if not found then
    return null;
  end if;
  perform auth.require_open_stream(s."finishedAt", s."activeAt")
  from public."Stream" s where s."id" = stream_id;
  if not is_same then
    raise exception 'the index holds a different chunk' using errcode = 'RC020';
  end if;
  return appended;
end
$$;
grant execute on function public.append_chunk(uuid, integer, text) to regular_user;
comment on function public.append_chunk(uuid, integer, text) is
  'Appends a chunk to the caller''s stream and returns its time; repeating it changes nothing. '
  'Null: no such stream. RC016, RC017: the stream has ended; RC019: too long; RC020: the index '
  'holds other data.';
