create or replace function app_private.record_deletion(kind text, row_id uuid, chat_id uuid)
  returns void
  language plpgsql
  set search_path = ''
as $$
begin
  insert into public."Event"
    ("kind", "rowId", "chatId", "userId", "organizationId", "visibility", "snapshot")
  select record_deletion.kind, row_id, c."id", c."userId", c."organizationId", c."visibility",
    pg_current_snapshot()
  from public."Chat" c where c."id" = chat_id;
end
$$;
alter function app_private.record_deletion(text, uuid, uuid) owner to record_definer;
comment on function app_private.record_deletion(text, uuid, uuid) is
  'Writes into the outbox that a row of a chat was deleted, and who could see it; nothing when the '
  'chat is gone too.';
