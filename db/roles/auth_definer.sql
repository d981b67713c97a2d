-- Owns the SECURITY DEFINER functions. It has no BYPASSRLS: what these functions may read and
-- write is a policy "to auth_definer" of each table, there for everyone to see in pg_policies.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'auth_definer') then
    create role auth_definer nologin noinherit;
  end if;
end
$$;
alter role auth_definer nologin noinherit;
comment on role auth_definer is 'Owns the SECURITY DEFINER functions; bound by policies like everyone.';
