-- Triggers of public."Role".

create or replace trigger _100_touch before update on public."Role"
  for each row execute function app_private.tg__touch();

-- Definer: writes "AuditEvent".
create or replace function app_private.tg_role__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app_private.audit_record('role_created', 'Role', new."id"::text,
      organization => new."organizationId",
      details => jsonb_build_object('name', new."name", 'permissions', new."permissions"));
  elsif tg_op = 'UPDATE' then
    perform app_private.audit_record('role_changed', 'Role', new."id"::text,
      organization => new."organizationId",
      details => jsonb_build_object('name', new."name",
        'from', old."permissions", 'to', new."permissions"));
  else
    perform app_private.audit_record('role_deleted', 'Role', old."id"::text,
      organization => old."organizationId", details => jsonb_build_object('name', old."name"));
  end if;
  return null;
end
$$;
alter function app_private.tg_role__audit() owner to record_definer;
comment on function app_private.tg_role__audit() is
  'Records roles created, changed and deleted in the audit trail.';

create or replace trigger _400_audit
  after insert or update of "name", "permissions" or delete on public."Role"
  for each row execute function app_private.tg_role__audit();
