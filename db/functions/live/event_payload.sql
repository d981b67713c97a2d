-- The payload of an event: the row as it is now, as the API's lists show it, or the ids of a row
-- that was deleted. It checks no person: app_private.audience has decided who may read it.
--
-- "parts" and "attachments" are of type json, so they are passed on as they were written; both
-- are null when they exceed 64 KB together, because everybody waits for what delivery reads. A
-- value that is stored as more is not unpacked to find that out, and "offset 0" has it found out
-- once.
-- A row is found by its key and then compared with the chat: an equality on the chat would let a
-- plan that was made on empty tables search a whole chat for it.
create or replace function app_private.event_payload(event public."Event")
  returns text
  language plpgsql
  stable
  set search_path = ''
as $$
declare
  iso constant text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
begin
  if event."snapshot" is not null then
    return json_strip_nulls(json_build_object('id', event."rowId", 'chatId', event."chatId",
      'organizationId', case when event."chatId" is null then event."organizationId" end))::text;
  end if;
  case split_part(event."kind", '.', 1)
    when 'message' then
      return (
        select json_build_object('id', m."id", 'chatId', m."chatId", 'userId', m."userId",
          'role', m."role", 'parts', case when f.fits then m."parts" end,
          'attachments', case when f.fits then m."attachments" end,
          'createdAt', to_char(m."createdAt", iso), 'version', m."version")::text
        from public."Message" m
        cross join lateral (
          select case when pg_column_size(m."parts") + pg_column_size(m."attachments") < 66000
            then octet_length(m."parts"::text) + octet_length(m."attachments"::text) <= 65536 end
          offset 0
        ) f (fits)
        where m."id" = event."rowId" and m."chatId" is not distinct from event."chatId");
    when 'chat' then
      return (
        select json_build_object('id', c."id", 'title', c."title", 'visibility', c."visibility",
          'userId', c."userId", 'organizationId', c."organizationId",
          'createdAt', to_char(c."createdAt", iso), 'version', c."version")::text
        from public."Chat" c where c."id" = event."rowId");
    when 'vote' then
      return (
        select json_build_object('id', v."id", 'messageId', v."message_id", 'chatId', v."chatId",
          'userId', v."user_id", 'value', v."value", 'createdAt', to_char(v."created_at", iso))::text
        from public."Vote" v
        where v."id" = event."rowId" and v."chatId" is not distinct from event."chatId");
    when 'stream' then
      return (
        select json_build_object('id', s."id", 'chatId', s."chatId", 'userId', s."userId",
          'state', public.stream_state(s."finishedAt", s."activeAt"), 'messageId', s."messageId",
          'createdAt', to_char(s."createdAt", iso), 'finishedAt', to_char(s."finishedAt", iso))::text
        from public."Stream" s
        where s."id" = event."rowId" and s."chatId" is not distinct from event."chatId");
    when 'member' then
      return (
        select json_build_object('id', u."id", 'email', u."email", 'roleId', u."roleId",
          'role', r."name", 'managerId', u."managerId")::text
        from public."User" u join public."Role" r on r."id" = u."roleId"
        where u."id" = event."rowId" and u."organizationId" = event."organizationId");
    else
      return null; -- An unknown kind is omitted.
  end case;
end
$$;
alter function app_private.event_payload(public."Event") owner to live_definer;
comment on function app_private.event_payload(public."Event") is
  'The row that an event is about, as the API shows it now, without large texts; null when it no '
  'longer exists. Of a deleted row, the ids.';
