-- Locks the row of the sign-in first, as every statement that ends one does, so no pair is added to
-- a sign-in that has ended.
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
  -- Read again under the lock, and by the current time.
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
  -- A used token that returns after its grace has been stolen, or its successor has. The grace
  -- never exceeds five minutes.
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
  'Exchanges a refresh token for the next pair; returns the person, or null when refused. A used '
  'token returns another pair of the same sign-in during its grace (seconds, at most 300; at most '
  'fifty pairs); later it revokes the sign-in.';
