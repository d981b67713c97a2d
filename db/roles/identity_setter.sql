-- A login that is a member of this role is believed when it says who it is (auth.uid alone, without
-- a session): people at psql, and tests. The API's logins are never members.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'identity_setter') then
    create role identity_setter;
  end if;
end
$$;
alter role identity_setter nologin noinherit;
comment on role identity_setter is 'Members may set auth.uid without proving it: psql and tests.';
