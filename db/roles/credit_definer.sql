-- Counts what people use: credits and quotas.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to credit_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'credit_definer') then
    create role credit_definer;
  end if;
end
$$;
alter role credit_definer nologin noinherit;
comment on role credit_definer is 'Owns the functions that count credits and quotas.';
