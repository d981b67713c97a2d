-- Definer: nobody updates "User".
create or replace function auth.verify_email(token_digest bytea)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  used public."verificationToken" := app_private.use_token('verify_email', token_digest);
begin
  -- Whoever opens the link signed in as somebody else is not asked to prove that person's address.
  if auth.uid() <> used."userId" then
    raise exception 'the token is not valid' using errcode = 'RC010';
  end if;
  perform app_private.release_address(used."identifier", used."userId");
  update public."User" u
  set "email" = used."identifier", "emailVerified" = now() at time zone 'utc'
  where u."id" = used."userId";
  return used."userId";
exception when unique_violation then
  raise exception 'the address is taken' using errcode = 'RC001';
end
$$;
alter function auth.verify_email(bytea) owner to auth_definer;
grant execute on function auth.verify_email(bytea) to rlschat_auth;
comment on function auth.verify_email(bytea) is
  'Makes the address that a token was mailed to the person''s own, verified; returns whose. '
  'RC010: the token is not valid, or not for who is signed in; RC001: somebody else has proven '
  'that address.';
