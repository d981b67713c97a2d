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
  -- The reader of the mail may not be the person who requested it.
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
  'Sets the verified address of the person who requested the mail, proven by session or password '
  'hash; returns the person. RC010: the token is invalid or not theirs, and remains; RC001: '
  'another person has verified the address.';
