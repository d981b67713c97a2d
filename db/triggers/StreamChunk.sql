-- Triggers of public."StreamChunk".

-- One update keeps the stream open and locks its row, so appends and finishes are serialized. After
-- the insert, so that only people who may append learn that a stream has ended.
-- Definer: nobody updates "Stream".
create or replace function app_private.tg_stream_chunk__append()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  written integer;
begin
  update public."Stream" s
  set "activeAt" = now() at time zone 'utc', "octets" = s."octets" + octet_length(new."data")
  where s."id" = new."streamId" and public.stream_state(s."finishedAt", s."activeAt") = 'open'
  returning s."octets" into written;
  if not found then
    perform auth.require_open_stream(s."finishedAt", s."activeAt")
    from public."Stream" s where s."id" = new."streamId";
    raise exception 'only the opener of a stream may append to it'
      using errcode = 'insufficient_privilege';
  elsif written > 1048576 then
    raise exception 'a message must not exceed 1 MB' using errcode = 'RC019';
  end if;
  return null;
end
$$;
alter function app_private.tg_stream_chunk__append() owner to chat_definer;
comment on function app_private.tg_stream_chunk__append() is
  'Chunks keep an open stream open. RC016, RC017: it has ended; RC019: more than 1 MB in it.';

-- People cannot set "createdAt": a chunk that no purge deletes is one that a migration made.
create or replace trigger _200_append after insert on public."StreamChunk"
  for each row when (new."createdAt" <> 'infinity')
  execute function app_private.tg_stream_chunk__append();
