-- Triggers of public."Message".

create or replace trigger _100_touch before update on public."Message"
  for each row execute function app_private.tg__touch();

-- One upsert a statement: it locks the person's row of the hour, so two writers at once are counted
-- one after the other. Definer: nobody writes "Quota".
create or replace function app_private.tg_message__quota()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  quota constant integer := (
    select app_private.setting_number(s.name)::integer
    from app_private.setting s where s.name = 'messages_per_hour');
  written integer;
begin
  if quota is null then
    return null;
  end if;
  -- By the rows' author, not by auth.uid(): by now the statement may have changed that setting.
  for written in
    insert into public."Quota" as q ("userId", "kind", "period", "used")
    select a."userId", 'messages', date_trunc('hour', now() at time zone 'utc'), count(*)
    from added a
    where a."userId" is not null
    group by a."userId"
    on conflict ("userId", "kind", "period") do update set "used" = q."used" + excluded."used"
    returning q."used"
  loop
    if written > quota then
      raise exception 'the message quota is used up'
        using errcode = 'RC014', detail = quota::text;
    end if;
  end loop;
  return null;
end
$$;
alter function app_private.tg_message__quota() owner to credit_definer;
comment on function app_private.tg_message__quota() is
  'Limits a person''s messages per hour to the setting messages_per_hour. RC014: over the limit.';

create or replace trigger _300_quota
  after insert on public."Message"
  referencing new table as added
  for each statement execute function app_private.tg_message__quota();

-- New messages: one insert per statement, reading no other table. A deletion stores the scope of
-- its chat; when the chat is gone too, the chat's own event suffices.
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
alter function app_private.tg_message__event() owner to record_definer;
comment on function app_private.tg_message__event() is
  'Writes messages that are created, changed and deleted to the outbox.';

create or replace trigger _500_event_insert
  after insert on public."Message"
  referencing new table as added
  for each statement execute function app_private.tg_message__event();
-- Not of "userId", which becomes null with its author's account: that does not change the message.
create or replace trigger _500_event_update
  after update of "parts", "attachments" on public."Message"
  for each row execute function app_private.tg_message__event();
create or replace trigger _500_event_delete
  after delete on public."Message"
  referencing old table as removed
  for each statement execute function app_private.tg_message__event();
