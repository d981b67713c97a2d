-- The role of a dump: pg_dump --role=rlschat_backup --enable-row-security. Each table of public has
-- a select policy for it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_backup') then
    create role rlschat_backup;
  end if;
end
$$;
alter role rlschat_backup nologin noinherit;
comment on role rlschat_backup is 'Reads every row for a dump, by policy; changes nothing.';

-- The installing login can also take a dump.
grant rlschat_backup to current_user;
