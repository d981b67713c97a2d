-- Definer, as are all that call it: nobody inserts into "AuditEvent".
create or replace function app_private.audit_record(
  action text, target text, target_id text, subject uuid default null,
  organization uuid default null, details jsonb default '{}', actor uuid default null)
  returns void
  language sql
  security definer
  set search_path = ''
as $$
  insert into public."AuditEvent"
    ("actorId", "subjectId", "organizationId", "action", "target", "targetId", "details")
  values (coalesce(actor, auth.uid()), subject, organization, action, target, target_id, details)
$$;
alter function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid)
  owner to auth_definer;
comment on function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid) is
  'Writes one event, by default in the name of who is asking.';
