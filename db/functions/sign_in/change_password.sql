-- Definer: nobody updates "User", or sessions.
create or replace function auth.change_password(old_hash text, new_hash text)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  update public."User" u set "password" = new_hash
  where u."id" = auth.uid() and u."password" is not distinct from old_hash;
  if not found then
    return false;
  end if;
  -- Anyone else who knew the old password is signed out and loses pending mailed links; the current
  -- sign-in stays.
  delete from public."verificationToken" t where t."userId" = auth.uid();
  update public.sessions s set "revoked" = now() at time zone 'utc'
  where s."userId" = auth.uid() and s."familyId" is null and s."revoked" is null
    and s."id" is distinct from (select auth.session_id());
  return true;
end
$$;
alter function auth.change_password(text, text) owner to sign_in_definer;
grant execute on function auth.change_password(text, text) to rlschat_auth;
comment on function auth.change_password(text, text) is
  'Sets a new password for the caller and ends their other sign-ins. False when the old hash '
  '(null: none) does not match.';
