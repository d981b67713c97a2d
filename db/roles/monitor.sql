-- Reads the views of schema monitor: policies, checks, migrations; nobody's rows.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'monitor') then
    create role monitor;
  end if;
end
$$;
alter role monitor nologin noinherit;
comment on role monitor is 'Reads schema monitor, and nothing else.';
