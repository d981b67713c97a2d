-- Owns the functions that show what the server is doing. PostgreSQL shows the state of a connection
-- only to roles that have the rights of its login. So this role inherits our logins and may execute
-- everything that they may: its functions must call nothing else. A superuser may grant it
-- pg_read_all_stats (docs/operating.md), which shows statements and everybody else's connections too.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_stats') then
    create role rlschat_stats;
  end if;
end
$$;
alter role rlschat_stats nologin inherit;
comment on role rlschat_stats is
  'Owns the functions that show server statistics. Inherits the logins, because PostgreSQL requires it.';

grant rlschat_api, rlschat_auth, rlschat_live to rlschat_stats;

-- The owner hands functions of schema monitor over to it.
grant rlschat_stats to rlschat_owner;
