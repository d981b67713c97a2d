-- The login that mints identities: it may execute the sign-up, sign-in, refresh, OAuth and
-- verification functions, start the purge (which deletes only what is past its retention), and
-- nothing else.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_auth') then
    create role rlschat_auth login noinherit;
  end if;
end
$$;
alter role rlschat_auth login noinherit;
comment on role rlschat_auth is 'Signs people in: executes the functions that mint identities.';

alter role rlschat_auth set search_path = '';
alter role rlschat_auth set statement_timeout = '10s';
alter role rlschat_auth set lock_timeout = '3s';
alter role rlschat_auth set idle_in_transaction_session_timeout = '10s';
