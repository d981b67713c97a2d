-- Definer: nobody writes "Event".
create or replace function app_private.tg_chat__event()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    insert into public."Event"
      ("kind", "rowId", "chatId", "userId", "organizationId", "visibility", "snapshot")
    values ('chat.deleted', old."id", old."id", old."userId", old."organizationId",
      old."visibility", pg_current_snapshot());
  else
    insert into public."Event" ("kind", "rowId", "chatId")
    values (case tg_op when 'INSERT' then 'chat.created' else 'chat.updated' end, new."id",
      new."id");
  end if;
  return null;
end
$$;
alter function app_private.tg_chat__event() owner to auth_definer;
comment on function app_private.tg_chat__event() is
  'Chats begun, renamed, published, hidden, handed over and deleted go into the outbox.';

create or replace trigger _500_event
  after insert or delete on public."Chat"
  for each row execute function app_private.tg_chat__event();
create or replace trigger _500_event_update
  after update on public."Chat"
  for each row when (
    old."title" <> new."title" or old."visibility" <> new."visibility"
    or old."userId" <> new."userId" or old."organizationId" is distinct from new."organizationId")
  execute function app_private.tg_chat__event();
