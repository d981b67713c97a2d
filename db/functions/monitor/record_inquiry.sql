-- An operator asks what somebody may do, in POST /monitor/explain and the like: this stands in the
-- audit before it is answered. The address is looked up here, because the role monitor reads nobody's.
-- Definer: nobody inserts into "AuditEvent", and addresses are read.
create or replace function monitor.record_inquiry(
  action text, person text, target text, target_id text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  subject uuid;
begin
  if not auth.can_view_monitoring() then
    raise exception 'can_view_monitoring is required' using errcode = 'insufficient_privilege';
  end if;
  if person ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    subject := (select u."id" from public."User" u where u."id" = person::uuid);
  else
    subject := (
      select u."id" from public."User" u
      where auth.folded_address(u."email") = auth.folded_address(person) and u."email" <> '');
  end if;
  perform app_private.audit_record(action, target, target_id, subject);
  return subject;
end
$$;
alter function monitor.record_inquiry(text, text, text, text) owner to record_definer;
grant execute on function monitor.record_inquiry(text, text, text, text) to monitor;
comment on function monitor.record_inquiry(text, text, text, text) is
  'Records that an operator asks about a person''s access, and returns the person''s id or null.';
