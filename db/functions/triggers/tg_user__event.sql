-- Definer: nobody writes "Event".
create or replace function app_private.tg_user__event()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new."organizationId" is not distinct from old."organizationId" then
    insert into public."Event" ("kind", "rowId", "userId", "organizationId")
    values ('member.updated', new."id", new."id", new."organizationId");
    return null;
  end if;

  if old."organizationId" is not null then
    insert into public."Event" ("kind", "rowId", "userId", "organizationId", "snapshot")
    values ('member.left', old."id", old."id", old."organizationId", pg_current_snapshot());
  end if;
  if new."organizationId" is not null then
    insert into public."Event" ("kind", "rowId", "userId", "organizationId")
    values ('member.joined', new."id", new."id", new."organizationId");
  end if;
  return null;
end
$$;
alter function app_private.tg_user__event() owner to record_definer;
comment on function app_private.tg_user__event() is
  'Writes members who join, leave, or get another role or manager to the outbox.';
