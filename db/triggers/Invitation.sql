-- Triggers of public."Invitation".

-- Definer: writes "AuditEvent".
create or replace function app_private.tg_invitation__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app_private.audit_record('member_invited', 'Invitation', new."id"::text,
      organization => new."organizationId",
      details => jsonb_build_object('email', new."email", 'role', new."roleId"));
  elsif tg_op = 'UPDATE' then
    perform app_private.audit_record('invitation_accepted', 'Invitation', new."id"::text,
      auth.uid(), new."organizationId", jsonb_build_object('role', new."roleId"));
  elsif old."acceptedAt" is null and old."expires" > now() at time zone 'utc' then
    perform app_private.audit_record('invitation_withdrawn', 'Invitation', old."id"::text,
      organization => old."organizationId", details => jsonb_build_object('email', old."email"));
  end if;
  return coalesce(new, old);
end
$$;
alter function app_private.tg_invitation__audit() owner to record_definer;
comment on function app_private.tg_invitation__audit() is
  'Records invitations made, withdrawn and accepted; expiry is not recorded.';

create or replace trigger _400_audit
  after insert or update of "acceptedAt" on public."Invitation"
  for each row execute function app_private.tg_invitation__audit();
-- Before: when the inviter's account is deleted, an AFTER trigger would run once their session is
-- gone, and at depth 1, where audit_record demands an actor.
create or replace trigger _400_audit_delete
  before delete on public."Invitation"
  for each row execute function app_private.tg_invitation__audit();
