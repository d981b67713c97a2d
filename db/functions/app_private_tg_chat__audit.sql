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
alter function app_private.tg_chat__audit() owner to auth_definer;
comment on function app_private.tg_chat__audit() is
  'Publishing, hiding and handing over a chat leave a trace.';

create or replace trigger _400_audit
  after update of "visibility", "userId" on public."Chat"
  for each row execute function app_private.tg_chat__audit();
