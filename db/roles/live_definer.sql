-- Live delivery: reads what people write and who may read it. Writes nothing.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to live_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'live_definer') then
    create role live_definer;
  end if;
end
$$;
alter role live_definer nologin noinherit;
comment on role live_definer is 'Owns the functions of live delivery: reads, writes nothing.';
