-- The session that it opens belongs to the operator's own sign-in, so it ends with that one, and it
-- has no refresh token that anybody knows. auth.uid() asks for the operator's permission at each
-- statement. Nobody becomes an operator in this way, who could open the next one.
-- Definer: nobody inserts into sessions, and the person's organization is looked up.
create or replace function auth.impersonate(person uuid, reason text, secret_digest bytea)
  returns timestamp
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  ends constant timestamp(3) := statement_timestamp() at time zone 'utc' + interval '15 minutes';
  organization uuid;
begin
  if not auth.permissions() ? 'can_impersonate'
    or app_private.permissions_of(person) ? 'can_impersonate'
  then
    raise exception 'permission denied to impersonate' using errcode = 'insufficient_privilege';
  elsif app_private.is_blank(reason) is not false or length(reason) > 255 then
    raise exception 'a reason of 1 to 255 characters is needed' using errcode = 'check_violation';
  end if;
  insert into public.sessions
    ("userId", "familyId", "impersonatorId", "expires", "sessionToken", "secretDigest")
  values (person, (select auth.session_id()), auth.uid(), ends,
    encode(sha256(gen_random_uuid()::text::bytea), 'hex'), secret_digest);
  select u."organizationId" into organization from public."User" u where u."id" = person;
  perform app_private.audit_record('impersonated', 'User', person::text, person, organization,
    jsonb_build_object('reason', reason, 'until', ends));
  return ends;
end
$$;
alter function auth.impersonate(uuid, text, bytea) owner to sign_in_definer;
grant execute on function auth.impersonate(uuid, text, bytea) to regular_user;
comment on function auth.impersonate(uuid, text, bytea) is
  'Lets a holder of can_impersonate read what a person may read, for 15 minutes, from the digest of a '
  'session''s secret; the person finds it in their audit, with the reason. Returns its end (UTC).';
