-- Definer: nobody updates "User".
create or replace function app_private.release_address(address text, keeper uuid)
  returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  update public."User" u set "email" = ''
  where auth.folded_address(u."email") = auth.folded_address(address) and u."email" <> ''
    and u."emailVerified" is null and u."id" is distinct from keeper;
end
$$;
alter function app_private.release_address(text, uuid) owner to sign_in_definer;
comment on function app_private.release_address(text, uuid) is
  'Clears an unverified address from other accounts, because somebody has verified it.';
