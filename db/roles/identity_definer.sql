-- Answers who is asking and what they may do. Reads; writes nothing.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to identity_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'identity_definer') then
    create role identity_definer;
  end if;
end
$$;
alter role identity_definer nologin noinherit;
comment on role identity_definer is
  'Owns the functions that answer who is asking and what they may do: reads, writes nothing.';
