-- Locks the row of the sign-in first, as does whoever ends one: of two at once one comes after the
-- other, and no pair is added to a sign-in that ends.
-- It returns null rather than raise, so that revoking a family is committed.
-- Definer: nobody reads or writes the digests.
create or replace function auth.refresh_session(
  refresh_digest bytea, new_refresh_digest bytea, new_secret_digest bytea,
  client text default null, grace integer default 0)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  token constant text := encode(refresh_digest, 'hex');
  family public.sessions;
  session public.sessions;
  at timestamp(3);
begin
  select f.* into family from public.sessions f
  where f."id" = (
    select coalesce(s."familyId", s."id") from public.sessions s where s."sessionToken" = token)
  for update;
  -- As it is now that no other request of the sign-in is under way, and by the clock of now.
  at := clock_timestamp() at time zone 'utc';
  select s.* into session from public.sessions s
  where s."sessionToken" = token and family."id" in (s."id", s."familyId");
  if not found or family."revoked" is not null then
    return null;
  end if;

  if session."rotated" is null then
    if session."expires" <= at then
      return null;
    end if;
  -- After its grace, a token that was used before is in the wrong hands, or its successor is. No
  -- setting of an API makes that grace longer than five minutes.
  elsif at >= session."rotated" + make_interval(secs => least(coalesce(grace, 0), 300)) then
    update public.sessions f set "revoked" = at where f."id" = family."id";
    return null;
  elsif session."uses" >= 50 then
    return null;
  end if;

  -- The sign-in takes the new pair; the pair that it had goes on in a row of its own.
  update public.sessions f
  set "sessionToken" = encode(new_refresh_digest, 'hex'), "secretDigest" = new_secret_digest,
    "expires" = at + interval '30 days', "lastUsed" = at, "client" = refresh_session.client
  where f."id" = family."id";
  insert into public.sessions ("userId", "familyId", "expires", "sessionToken", "secretDigest",
    "createdAt", "lastUsed", "client")
  values (family."userId", family."id", family."expires", family."sessionToken",
    family."secretDigest", family."createdAt", family."lastUsed", family."client");

  -- Requests under way go on under the old secret until its access token would end anyway.
  update public.sessions s
  set "rotated" = coalesce(s."rotated", at), "uses" = s."uses" + 1,
    "expires" = least(s."expires", at + interval '15 minutes')
  where s."sessionToken" = token;
  return family."userId";
end
$$;
alter function auth.refresh_session(bytea, bytea, bytea, text, integer) owner to sign_in_definer;
grant execute on function auth.refresh_session(bytea, bytea, bytea, text, integer) to rlschat_auth;
comment on function auth.refresh_session(bytea, bytea, bytea, text, integer) is
  'Exchanges a refresh token for the next pair; returns whose it is, null when refused. A token that '
  'was exchanged before gives another pair of the same sign-in for so many seconds of grace (300 '
  'at most) and fifty pairs at most; after its grace it revokes the sign-in.';
