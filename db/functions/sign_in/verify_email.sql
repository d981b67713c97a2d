-- The hash is of a password that the API has compared outside of any transaction. It is compared again
-- by the statement that changes the row, so a password that was changed meanwhile proves nothing.
-- Definer: nobody updates "User".
create or replace function auth.verify_email(token_digest bytea, password_hash text default null)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  used public."verificationToken" := app_private.use_token('verify_email', token_digest);
begin
  perform app_private.release_address(used."identifier", used."userId");
  -- Whoever reads the mail may be somebody else than the person who asked for it.
  update public."User" u
  set "email" = used."identifier", "emailVerified" = now() at time zone 'utc'
  where u."id" = used."userId" and (u."id" = auth.uid() or u."password" = password_hash);
  if not found then
    raise exception 'the token is not valid' using errcode = 'RC010';
  end if;
  return used."userId";
exception when unique_violation then
  raise exception 'the e-mail address is in use' using errcode = 'RC001';
end
$$;
alter function auth.verify_email(bytea, text) owner to sign_in_definer;
grant execute on function auth.verify_email(bytea, text) to rlschat_auth;
comment on function auth.verify_email(bytea, text) is
  'Makes the address that a token was mailed to the person''s own, verified; returns whose. Only for '
  'the person who asked for it: signed in, or by their password hash. RC010: the token is not valid, '
  'or not theirs, and stays; RC001: somebody else has proven that address.';
