-- Appends to the audit trail and to the outbox, and reads neither.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to record_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'record_definer') then
    create role record_definer;
  end if;
end
$$;
alter role record_definer nologin noinherit;
comment on role record_definer is 'Owns the functions that append to the audit trail and to the outbox.';
