-- Triggers of public.sessions.

-- Definer: nobody updates sessions.
create or replace function app_private.tg_sessions__family()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  update public.sessions s set "revoked" = new."revoked"
  where s."familyId" = new."id" and s."revoked" is null;
  return null;
end
$$;
alter function app_private.tg_sessions__family() owner to sign_in_definer;
comment on function app_private.tg_sessions__family() is
  'Revokes every token pair of a revoked sign-in, also pairs added concurrently.';

create or replace trigger _200_family
  after update of "revoked" on public.sessions
  for each row when (new."familyId" is null and new."revoked" is not null)
  execute function app_private.tg_sessions__family();

-- Definer: writes "AuditEvent".
create or replace function app_private.tg_sessions__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app_private.audit_record('signed_in', 'sessions', new."id"::text, new."userId",
      actor => new."userId");
  elsif tg_op = 'UPDATE' then
    perform app_private.audit_record('session_revoked', 'sessions', new."id"::text, new."userId",
      actor => coalesce(auth.uid(), new."userId"));
  -- With an account go its sessions, and a purge takes those that ended by themselves.
  elsif old."expires" > now() at time zone 'utc' and exists (
    select from public."User" u where u."id" = old."userId")
  then
    perform app_private.audit_record('signed_out', 'sessions', old."id"::text, old."userId",
      actor => coalesce(auth.uid(), old."userId"));
  end if;
  return null;
end
$$;
alter function app_private.tg_sessions__audit() owner to record_definer;
comment on function app_private.tg_sessions__audit() is
  'Records sign-in, sign-out and revocation once per sign-in.';

create or replace trigger _400_audit_insert
  after insert on public.sessions
  for each row when (new."familyId" is null)
  execute function app_private.tg_sessions__audit();
create or replace trigger _400_audit_revoke
  after update of "revoked" on public.sessions
  for each row when (old."revoked" is null and new."revoked" is not null and new."familyId" is null)
  execute function app_private.tg_sessions__audit();
create or replace trigger _400_audit_delete
  after delete on public.sessions
  for each row when (old."familyId" is null)
  execute function app_private.tg_sessions__audit();
