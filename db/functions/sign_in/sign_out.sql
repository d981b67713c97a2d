-- Definer: nobody reads the digests.
create or replace function auth.sign_out(refresh_digest bytea)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  delete from public.sessions s
  where s."id" = (
    select coalesce(f."familyId", f."id") from public.sessions f
    where f."sessionToken" = encode(refresh_digest, 'hex'));
  return found;
end
$$;
alter function auth.sign_out(bytea) owner to sign_in_definer;
grant execute on function auth.sign_out(bytea) to rlschat_auth;
comment on function auth.sign_out(bytea) is
  'Ends the sign-in that a refresh token belongs to; false when there is none.';
