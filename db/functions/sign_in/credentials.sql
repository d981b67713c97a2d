-- Definer: reads password hashes. That is why only the sign-in connection may call it.
create or replace function auth.credentials(email text)
  returns table ("userId" uuid, "email" text, "password" text)
  language sql
  stable
  security definer
  set search_path = ''
  rows 1
as $$
  select u."id", u."email"::text, u."password"
  from public."User" u
  where auth.folded_address(u."email") = auth.folded_address(credentials.email)
    and u."email" <> '' and u."password" is not null
$$;
alter function auth.credentials(text) owner to sign_in_definer;
grant execute on function auth.credentials(text) to rlschat_auth;
comment on function auth.credentials(text) is
  'The person of an address and the hash that a password is compared with; no row when unknown.';
