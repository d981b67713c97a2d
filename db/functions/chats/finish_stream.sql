-- Definer: nobody updates "Stream". The policies for chat_definer on "Stream" and "Message" check
-- the caller. The row lock makes concurrent appends and finishes wait.
create or replace function public.finish_stream(
  stream_id uuid, message_role text default 'assistant', message_id uuid default null)
  returns setof public."Message"
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  price constant numeric := app_private.setting_number('stream_price');
  stream record;
  chunks record;
  made public."Message";
begin
  select s."chatId", s."finishedAt", s."activeAt" into stream
  from public."Stream" s where s."id" = stream_id for no key update;
  if not found then
    return;
  end if;
  perform auth.require_open_stream(stream."finishedAt", stream."activeAt");

  select count(*) as number, max(c."index") as last,
    string_agg(c."data", '' order by c."index") as text
  into chunks
  from public."StreamChunk" c where c."streamId" = stream_id;
  if chunks.number = 0 or chunks.number <> chunks.last::bigint + 1 then
    raise exception 'chunks are missing' using errcode = 'RC018';
  end if;

  made."id" := coalesce(message_id, gen_random_uuid());
  made."chatId" := stream."chatId";
  made."userId" := auth.uid();
  made."role" := message_role;
  made."parts" := format('[{"type":"text","text":%s}]', to_json(chunks.text))::json;
  made."attachments" := '[]';
  made."createdAt" := now() at time zone 'utc';
  made."version" := 1;
  if octet_length(made."parts"::text) > 1048576 then
    raise exception 'a message must not exceed 1 MB' using errcode = 'RC019';
  end if;
  insert into public."Message" ("id", "chatId", "userId", "role", "parts", "createdAt")
  values (made."id", made."chatId", made."userId", made."role", made."parts", made."createdAt");
  update public."Stream" s set "finishedAt" = made."createdAt", "messageId" = made."id"
  where s."id" = stream_id;
  if price > 0 then
    perform public.spend_credits(price, 'stream ' || stream_id);
  end if;
  return next made;
end
$$;
alter function public.finish_stream(uuid, text, uuid) owner to chat_definer;
grant execute on function public.finish_stream(uuid, text, uuid) to regular_user;
comment on function public.finish_stream(uuid, text, uuid) is
  'Turns the caller''s stream into one message and charges its price; no row for another person''s '
  'stream. RC005: insufficient credits; RC016, RC017: the stream has ended; RC018: chunks are '
  'missing; RC019: too long for a message.';
