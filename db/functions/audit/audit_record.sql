-- Definer, as are all that call it: nobody inserts into "AuditEvent".
--
-- A request always has an actor. Without this check, a statement that clears auth.session before
-- the trigger runs (for example in RETURNING) would write an event without one. Nested triggers
-- (depth 2) are exempt: the session may be gone with its person's account.
create or replace function app_private.audit_record(
  action text, target text, target_id text, subject uuid default null,
  organization uuid default null, details jsonb default '{}', actor uuid default null)
  returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  actor_id constant uuid := coalesce(actor, auth.uid());
begin
  if actor_id is null and session_user in ('rlschat_api', 'rlschat_explain')
    and pg_trigger_depth() < 2
  then
    raise exception 'authentication required' using errcode = 'insufficient_privilege';
  end if;
  insert into public."AuditEvent"
    ("actorId", "subjectId", "organizationId", "action", "target", "targetId", "details")
  values (actor_id, subject, organization, action, target, target_id, details);
end
$$;
alter function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid)
  owner to record_definer;
grant execute on function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid)
  to membership_definer, sign_in_definer;
comment on function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid) is
  'Writes an audit event, by default as the caller; 42501 when a request has no caller.';
