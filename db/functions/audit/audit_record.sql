-- Definer, as are all that call it: nobody inserts into "AuditEvent".
--
-- A deed on the connection of requests has a doer. A statement that clears auth.session on its way (in
-- RETURNING, say, before the trigger that calls this) would leave a trace without a name; it is undone.
-- What a trigger does in turn (depth 2) may come after the session went, with its person's account.
create or replace function app_private.audit_record(
  action text, target text, target_id text, subject uuid default null,
  organization uuid default null, details jsonb default '{}', actor uuid default null)
  returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  doer constant uuid := coalesce(actor, auth.uid());
begin
  if doer is null and session_user = 'rlschat_api' and pg_trigger_depth() < 2 then
    raise exception 'nobody is signed in' using errcode = 'insufficient_privilege';
  end if;
  insert into public."AuditEvent"
    ("actorId", "subjectId", "organizationId", "action", "target", "targetId", "details")
  values (doer, subject, organization, action, target, target_id, details);
end
$$;
alter function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid)
  owner to record_definer;
grant execute on function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid) to membership_definer;
comment on function app_private.audit_record(text, text, text, uuid, uuid, jsonb, uuid) is
  'Writes one event, by default in the name of who is asking; 42501 where a request has no name.';
