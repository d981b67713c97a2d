-- Definer: nobody updates "User".
create or replace function auth.replace_password_hash(user_id uuid, old_hash text, new_hash text)
  returns boolean
  language sql
  security definer
  set search_path = ''
as $$
  with changed as (
    update public."User" u set "password" = new_hash
    where u."id" = user_id and u."password" = old_hash
    returning 1)
  select exists (select from changed)
$$;
alter function auth.replace_password_hash(uuid, text, text) owner to sign_in_definer;
grant execute on function auth.replace_password_hash(uuid, text, text) to rlschat_auth;
comment on function auth.replace_password_hash(uuid, text, text) is
  'Stores a new hash of the same password; false when the password has changed since.';
