-- For operators, as in the application that this system replaces: may make roles and databases.
-- No login of this system can become it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'admin') then
    create role admin;
  end if;
end
$$;
alter role admin nologin createrole createdb inherit;
comment on role admin is
  'Administers the server: may create roles and databases. No login of this system can become it.';
