-- Definer: nobody inserts into sessions.
create or replace function auth.open_session(
  user_id uuid, refresh_digest bytea, secret_digest bytea)
  returns timestamp
  language sql
  security definer
  set search_path = ''
as $$
  insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest")
  values (user_id, now() at time zone 'utc' + interval '30 days', encode(refresh_digest, 'hex'),
    secret_digest)
  returning "expires"
$$;
alter function auth.open_session(uuid, bytea, bytea) owner to auth_definer;
grant execute on function auth.open_session(uuid, bytea, bytea) to rlschat_auth;
comment on function auth.open_session(uuid, bytea, bytea) is
  'A sign-in, by the digests of its refresh token and of its access tokens'' secret; says when it '
  'ends (30 days, UTC).';
