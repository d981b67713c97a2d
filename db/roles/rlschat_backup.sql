-- What a dump runs as: pg_dump --role=rlschat_backup --enable-row-security. One select policy a table.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_backup') then
    create role rlschat_backup nologin noinherit;
  end if;
end
$$;
alter role rlschat_backup nologin noinherit;
comment on role rlschat_backup is 'Reads every row for a dump, by policy; changes nothing.';

-- Whoever installs can also take a dump.
grant rlschat_backup to current_user;
