-- The login that signs people in. It executes the functions of db/functions/sign_in, auth.uid(),
-- auth.purge() and auth.gauges(), and nothing else.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_auth') then
    create role rlschat_auth;
  end if;
end
$$;
alter role rlschat_auth login noinherit;
comment on role rlschat_auth is 'Signs people in: creates accounts and sessions by functions.';

alter role rlschat_auth set search_path = '';
alter role rlschat_auth set statement_timeout = '10s';
alter role rlschat_auth set lock_timeout = '3s';
alter role rlschat_auth set idle_in_transaction_session_timeout = '10s';
