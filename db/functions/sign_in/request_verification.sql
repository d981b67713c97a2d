-- Definer: nobody writes "verificationToken".
create or replace function auth.request_verification(
  purpose text, email text, token_digest bytea)
  returns text
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  person uuid;
  address text;
begin
  if purpose = 'verify_email' then
    -- An address for the caller: their own, or its replacement.
    person := auth.uid();
    address := normalize(request_verification.email, nfc);
  else
    -- Mail goes to the stored address, not the requested one: "ß" matches "ss" but is another
    -- mailbox.
    select u."id", u."email"::text into person, address from public."User" u
    where auth.folded_address(u."email") = auth.folded_address(request_verification.email)
      and u."email" <> '';
  end if;
  if person is null then
    return null;
  end if;

  delete from public."verificationToken" t
  where t."userId" = person and t."purpose" = request_verification.purpose;
  insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
  values (address, encode(token_digest, 'hex'),
    now() at time zone 'utc' + interval '30 minutes', person, request_verification.purpose);
  return address;
end
$$;
alter function auth.request_verification(text, text, bytea) owner to sign_in_definer;
grant execute on function auth.request_verification(text, text, bytea) to rlschat_auth;
comment on function auth.request_verification(text, text, bytea) is
  'Stores the digest of a token to be mailed, valid for 30 minutes: to verify an address of the '
  'caller, or to reset a password. Returns the address to mail it to; null when there is none, '
  'which the client must not learn.';
