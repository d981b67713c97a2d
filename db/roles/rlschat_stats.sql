-- Owns the functions that show what the server is doing. PostgreSQL shows the state of a connection
-- to members of its login, so it is a member of ours; a superuser may grant it pg_read_all_stats
-- (docs/operating.md), which shows statements and everybody else's connections too.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_stats') then
    create role rlschat_stats nologin inherit;
  end if;
end
$$;
alter role rlschat_stats nologin inherit;
comment on role rlschat_stats is 'Sees the statistics of the server; nobody''s rows.';

grant rlschat_api, rlschat_auth, rlschat_live to rlschat_stats;

-- The owner hands functions of schema monitor over to it.
grant rlschat_stats to rlschat_owner;
