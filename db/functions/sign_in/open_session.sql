-- Definer: nobody inserts into sessions.
create or replace function auth.open_session(
  user_id uuid, refresh_digest bytea, secret_digest bytea, client text default null)
  returns timestamp
  language sql
  security definer
  set search_path = ''
as $$
  insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest", "client")
  values (user_id, now() at time zone 'utc' + interval '30 days', encode(refresh_digest, 'hex'),
    secret_digest, client)
  returning "expires"
$$;
alter function auth.open_session(uuid, bytea, bytea, text) owner to sign_in_definer;
grant execute on function auth.open_session(uuid, bytea, bytea, text) to rlschat_auth;
comment on function auth.open_session(uuid, bytea, bytea, text) is
  'Opens a sign-in from the digests of its refresh token and of its access tokens'' secret; '
  'returns its end (30 days, UTC).';
