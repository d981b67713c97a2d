-- Makes the built-in roles and the canary rows, when a migration asks.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to builtin_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'builtin_definer') then
    create role builtin_definer;
  end if;
end
$$;
alter role builtin_definer nologin noinherit;
comment on role builtin_definer is 'Owns the function that makes the built-in roles and the canary rows.';
