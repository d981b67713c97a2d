-- Definer: nobody inserts into "User".
create or replace function auth.sign_up(email text, password_hash text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
-- "on conflict" takes no qualified names.
#variable_conflict use_column
declare
  person uuid;
begin
  insert into public."User" ("email", "password")
  values (normalize(sign_up.email, nfc), password_hash)
  on conflict (auth.folded_address("email")) where "email" <> '' do nothing
  returning "id" into person;
  if person is null then
    raise exception 'the e-mail address is in use' using errcode = 'RC001';
  end if;
  return person;
end
$$;
alter function auth.sign_up(text, text) owner to sign_in_definer;
grant execute on function auth.sign_up(text, text) to rlschat_auth;
comment on function auth.sign_up(text, text) is
  'Makes a person with an unverified address and a password hash. RC001: the address is in use.';
