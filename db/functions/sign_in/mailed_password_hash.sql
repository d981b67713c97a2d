-- Definer: reads a password hash, of the person who asked for a mail. Only the sign-in connection may
-- call it.
create or replace function auth.mailed_password_hash(token_digest bytea)
  returns text
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
begin
  return (
    select u."password" from public."verificationToken" t
    join public."User" u on u."id" = t."userId"
    where t."token" = encode(token_digest, 'hex') and t."purpose" = 'verify_email'
      and t."expires" > now() at time zone 'utc');
end
$$;
alter function auth.mailed_password_hash(bytea) owner to sign_in_definer;
grant execute on function auth.mailed_password_hash(bytea) to rlschat_auth;
comment on function auth.mailed_password_hash(bytea) is
  'The password hash of the person who requested a verification mail; null when the token is '
  'unknown or there is no password.';
