-- Definer: writes "AuditEvent".
create or replace function app_private.tg_user__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app_private.audit_record('account_created', 'User', new."id"::text, new."id",
      actor => new."id");
    return null;
  elsif tg_op = 'DELETE' then
    perform app_private.audit_record('account_deleted', 'User', old."id"::text, old."id",
      old."organizationId");
    return old;
  end if;

  if new."organizationId" is distinct from old."organizationId" then
    if old."organizationId" is not null then
      perform app_private.audit_record('member_left', 'User', new."id"::text, new."id",
        old."organizationId", jsonb_build_object('role', old."roleId", 'manager', old."managerId"));
    end if;
    if new."organizationId" is not null then
      perform app_private.audit_record('member_joined', 'User', new."id"::text, new."id",
        new."organizationId", jsonb_build_object('role', new."roleId"));
    end if;
  else
    if new."roleId" is distinct from old."roleId" then
      perform app_private.audit_record('member_role_changed', 'User', new."id"::text, new."id",
        new."organizationId", jsonb_build_object('from', old."roleId", 'to', new."roleId"));
    end if;
    if new."managerId" is distinct from old."managerId" then
      perform app_private.audit_record('manager_changed', 'User', new."id"::text, new."id",
        new."organizationId", jsonb_build_object('from', old."managerId", 'to', new."managerId"));
    end if;
  end if;
  -- Not under the organization: a colleague's address and password are no business of an auditor.
  if new."email" is distinct from old."email"
    or new."emailVerified" is distinct from old."emailVerified"
  then
    perform app_private.audit_record('email_changed', 'User', new."id"::text, new."id",
      actor => coalesce(auth.uid(), new."id"));
  end if;
  if new."password" is distinct from old."password" then
    perform app_private.audit_record('password_changed', 'User', new."id"::text, new."id",
      actor => coalesce(auth.uid(), new."id"));
  end if;
  return null;
end
$$;
alter function app_private.tg_user__audit() owner to record_definer;
comment on function app_private.tg_user__audit() is
  'Records accounts, memberships, roles, managers, addresses and passwords in the audit trail.';
