-- Changes who belongs to an organization, and hands over what a person leaves there.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to membership_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'membership_definer') then
    create role membership_definer;
  end if;
end
$$;
alter role membership_definer nologin noinherit;
comment on role membership_definer is
  'Owns the functions that change members, their roles and their managers.';
