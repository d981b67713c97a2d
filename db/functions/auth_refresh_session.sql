-- It returns null rather than raise, so that revoking a family is committed.
-- Definer: nobody reads or writes the digests.
create or replace function auth.refresh_session(
  refresh_digest bytea, new_refresh_digest bytea, new_secret_digest bytea)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  at constant timestamp := now() at time zone 'utc';
  session public.sessions;
begin
  select s.* into session from public.sessions s
  where s."sessionToken" = encode(refresh_digest, 'hex')
  for update;
  if not found or session."revoked" is not null then
    return null;
  end if;

  -- A token that was used before is in the wrong hands, or its successor is.
  if session."rotated" is not null then
    update public.sessions s set "revoked" = at
    where s."family" = session."family" and s."revoked" is null;
    return null;
  elsif session."expires" <= at then
    return null;
  end if;

  -- Requests under way go on under the old secret until its access token would end anyway.
  update public.sessions s
  set "rotated" = at, "expires" = least(s."expires", at + interval '15 minutes')
  where s."id" = session."id";
  insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest", "family")
  values (session."userId", at + interval '30 days', encode(new_refresh_digest, 'hex'),
    new_secret_digest, session."family");
  return session."userId";
end
$$;
alter function auth.refresh_session(bytea, bytea, bytea) owner to auth_definer;
grant execute on function auth.refresh_session(bytea, bytea, bytea) to rlschat_auth;
comment on function auth.refresh_session(bytea, bytea, bytea) is
  'Exchanges a refresh token, once, for the next; returns whose it is, null when refused. Using '
  'one again revokes every session of its family.';
