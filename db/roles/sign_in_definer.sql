-- Creates accounts and sessions, and checks passwords and mailed tokens.
-- It also counts the sessions that live, for the metrics of the API.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to sign_in_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'sign_in_definer') then
    create role sign_in_definer;
  end if;
end
$$;
alter role sign_in_definer nologin noinherit;
comment on role sign_in_definer is
  'Owns the functions that sign people in: accounts, sessions, passwords, mailed tokens.';

-- The owner hands functions over to it.
grant sign_in_definer to rlschat_owner;
