-- Definer: nobody writes "verificationToken".
create or replace function auth.request_verification(
  purpose text, email text, token_digest bytea)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  person uuid;
begin
  if purpose = 'verify_email' then
    -- An address for who is signed in: their own, or the one that is to replace it.
    person := auth.uid();
  else
    select u."id" into person from public."User" u
    where lower(u."email") = lower(request_verification.email) and u."email" <> '';
  end if;
  if person is null then
    return false;
  end if;

  delete from public."verificationToken" t
  where t."userId" = person and t."purpose" = request_verification.purpose;
  insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
  values (request_verification.email, encode(token_digest, 'hex'),
    now() at time zone 'utc' + interval '30 minutes', person, request_verification.purpose);
  return true;
end
$$;
alter function auth.request_verification(text, text, bytea) owner to auth_definer;
grant execute on function auth.request_verification(text, text, bytea) to rlschat_auth;
comment on function auth.request_verification(text, text, bytea) is
  'Notes the digest of a token that is about to be mailed, good for 30 minutes: to verify an '
  'address (for who is signed in) or to reset a password. False: nobody to mail to; do not tell.';
