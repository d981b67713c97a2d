-- Triggers of public."Chat".

create or replace trigger _100_touch before update on public."Chat"
  for each row execute function app_private.tg__touch();

create or replace trigger _200_member_writes before insert on public."Chat"
  for each row when (new."organizationId" is not null)
  execute function app_private.tg__member_writes();

-- Definer: writes "AuditEvent".
create or replace function app_private.tg_chat__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if new."visibility" <> old."visibility" then
    perform app_private.audit_record('visibility_changed', 'Chat', new."id"::text, new."userId",
      new."organizationId", jsonb_build_object('from', old."visibility", 'to', new."visibility"));
  end if;
  if new."userId" <> old."userId" then
    perform app_private.audit_record('owner_changed', 'Chat', new."id"::text, new."userId",
      new."organizationId", jsonb_build_object('from', old."userId", 'to', new."userId"));
  end if;
  return null;
end
$$;
alter function app_private.tg_chat__audit() owner to record_definer;
comment on function app_private.tg_chat__audit() is
  'Records the publishing, hiding and hand-over of chats in the audit trail.';

create or replace trigger _400_audit
  after update of "visibility", "userId" on public."Chat"
  for each row execute function app_private.tg_chat__audit();

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
alter function app_private.tg_chat__event() owner to record_definer;
comment on function app_private.tg_chat__event() is
  'Writes chats that are created, renamed, published, hidden, handed over and deleted to the '
  'outbox.';

create or replace trigger _500_event
  after insert or delete on public."Chat"
  for each row execute function app_private.tg_chat__event();
create or replace trigger _500_event_update
  after update on public."Chat"
  for each row when (
    old."title" <> new."title" or old."visibility" <> new."visibility"
    or old."userId" <> new."userId" or old."organizationId" is distinct from new."organizationId")
  execute function app_private.tg_chat__event();
