-- Deletes what is past its retention, and can delete nothing else: its delete policies say when a
-- row is old enough.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_purge') then
    create role rlschat_purge;
  end if;
end
$$;
alter role rlschat_purge nologin noinherit;
comment on role rlschat_purge is 'Deletes rows past their retention, and no other.';

-- The owner hands auth.purge() over to it.
grant rlschat_purge to rlschat_owner;
