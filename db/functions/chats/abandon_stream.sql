-- Definer: nobody updates "Stream". The policies for chat_definer on "Stream" check the caller. A
-- millisecond more than the silence, because "activeAt" is rounded.
create or replace function public.abandon_stream(stream_id uuid)
  returns setof public."Stream"
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  stream record;
begin
  select s."finishedAt", s."activeAt" into stream
  from public."Stream" s where s."id" = stream_id for no key update;
  if not found then
    return;
  end if;
  perform auth.require_open_stream(stream."finishedAt", stream."activeAt");
  return query
    update public."Stream" s
    set "activeAt" = now() at time zone 'utc' - auth.stream_silence() - interval '1 millisecond'
    where s."id" = stream_id
    returning s.*;
end
$$;
alter function public.abandon_stream(uuid) owner to chat_definer;
grant execute on function public.abandon_stream(uuid) to regular_user;
comment on function public.abandon_stream(uuid) is
  'Ends the caller''s stream without a message, before its silence would; no row for another '
  'person''s stream. RC016, RC017: the stream has ended.';
