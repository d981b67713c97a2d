-- Sees no person: auth.deliver has found out who may read the row. "parts" and "attachments" are json,
-- so they are passed on as they were written; or not at all (null) when they have more than 64 KB
-- together, because everybody waits for what delivery reads. What is stored as more is not unpacked to
-- find that out, and "offset 0" has it found out once.
-- By its key, and then compared with the chat: an equality would let a plan that was made on empty tables
-- look through a whole chat for it.
-- Definer: it reads what people have written.
create or replace function auth.event_payload(kind text, row_id uuid, chat_id uuid)
  returns text
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  iso constant text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
begin
  case split_part(kind, '.', 1)
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
        where m."id" = row_id and m."chatId" is not distinct from chat_id);
    when 'chat' then
      return (
        select json_build_object('id', c."id", 'title', c."title", 'visibility', c."visibility",
          'userId', c."userId", 'organizationId', c."organizationId",
          'createdAt', to_char(c."createdAt", iso), 'version', c."version")::text
        from public."Chat" c where c."id" = row_id);
    when 'vote' then
      return (
        select json_build_object('id', v."id", 'messageId', v."message_id", 'chatId', v."chatId",
          'userId', v."user_id", 'value', v."value", 'createdAt', to_char(v."created_at", iso))::text
        from public."Vote" v where v."id" = row_id and v."chatId" is not distinct from chat_id);
    when 'stream' then
      return (
        select json_build_object('id', s."id", 'chatId', s."chatId", 'userId', s."userId",
          'state', public.stream_state(s."finishedAt", s."activeAt"), 'messageId', s."messageId",
          'createdAt', to_char(s."createdAt", iso), 'finishedAt', to_char(s."finishedAt", iso))::text
        from public."Stream" s where s."id" = row_id and s."chatId" is not distinct from chat_id);
    when 'member' then
      -- Here the second id is the organization's.
      return (
        select json_build_object('id', u."id", 'email', u."email", 'roleId', u."roleId",
          'role', r."name", 'managerId', u."managerId")::text
        from public."User" u join public."Role" r on r."id" = u."roleId"
        where u."id" = row_id and u."organizationId" = chat_id);
  end case;
end
$$;
alter function auth.event_payload(text, uuid, uuid) owner to auth_definer;
comment on function auth.event_payload(text, uuid, uuid) is
  'The row that an event is about, as the API shows it now, but for large texts; null when it has gone.';
