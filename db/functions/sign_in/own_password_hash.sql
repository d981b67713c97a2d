-- Definer: reads a password hash, the person's own. Only the sign-in connection may call it.
create or replace function auth.own_password_hash()
  returns text
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
begin
  return (select u."password" from public."User" u where u."id" = auth.uid());
end
$$;
alter function auth.own_password_hash() owner to sign_in_definer;
grant execute on function auth.own_password_hash() to rlschat_auth;
comment on function auth.own_password_hash() is
  'The hash that the old password is compared with before a change; null when there is none.';
