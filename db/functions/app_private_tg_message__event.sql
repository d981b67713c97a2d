-- The hot path: one insert a statement, without a look at any other table. Of a deleted message the
-- chat says who could see it; where the chat is gone too, its own deletion says it all.
-- Definer: nobody writes "Event".
create or replace function app_private.tg_message__event()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into public."Event" ("kind", "rowId", "chatId")
    select 'message.created', a."id", a."chatId" from added a;
  elsif tg_op = 'UPDATE' then
    insert into public."Event" ("kind", "rowId", "chatId")
    values ('message.updated', new."id", new."chatId");
  else
    insert into public."Event"
      ("kind", "rowId", "chatId", "userId", "organizationId", "visibility", "snapshot")
    select 'message.deleted', r."id", c."id", c."userId", c."organizationId", c."visibility",
      pg_current_snapshot()
    from removed r join public."Chat" c on c."id" = r."chatId";
  end if;
  return null;
end
$$;
alter function app_private.tg_message__event() owner to auth_definer;
comment on function app_private.tg_message__event() is
  'Messages written, changed and deleted go into the outbox.';

create or replace trigger _500_event_insert
  after insert on public."Message"
  referencing new table as added
  for each statement execute function app_private.tg_message__event();
-- Not of "userId", which becomes null with its author's account: that is no news about the message.
create or replace trigger _500_event_update
  after update of "parts", "attachments" on public."Message"
  for each row execute function app_private.tg_message__event();
create or replace trigger _500_event_delete
  after delete on public."Message"
  referencing old table as removed
  for each statement execute function app_private.tg_message__event();
