-- Definer: nobody updates "User".
create or replace function auth.reset_password(token_digest bytea, password_hash text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  used public."verificationToken" := app_private.use_token('reset_password', token_digest);
  person record;
begin
  select u."id", u."emailVerified" into person from public."User" u
  where u."id" = used."userId" and u."email" = used."identifier"
  for update;
  if not found then
    raise exception 'the token is not valid' using errcode = 'RC010';
  end if;

  update public."User" u
  set "password" = password_hash,
    "emailVerified" = coalesce(u."emailVerified", now() at time zone 'utc')
  where u."id" = person."id";
  update public.sessions s set "revoked" = now() at time zone 'utc'
  where s."userId" = person."id" and s."familyId" is null and s."revoked" is null;
  -- Somebody else may have held the account before the address was verified: delete pending mailed
  -- links and, in that case, linked accounts.
  delete from public."verificationToken" t where t."userId" = person."id";
  if person."emailVerified" is null then
    delete from public.accounts a where a."userId" = person."id";
  end if;
  return person."id";
end
$$;
alter function auth.reset_password(bytea, text) owner to sign_in_definer;
grant execute on function auth.reset_password(bytea, text) to rlschat_auth;
comment on function auth.reset_password(bytea, text) is
  'Sets a new password by a mailed token, ends every session, and counts as proof of the address. '
  'RC010: the token is not valid.';
