-- Drizzle's "Role" has no "organizationId" in the schema that this system replaces, so an insert of
-- its shape leaves it to the default: the caller's organization, the only one that policies allow.

-- A new database has no functions yet; db/functions gives it its body.
do $$
begin
  if to_regprocedure('auth.organization_id()') is null then
    create function auth.organization_id() returns uuid language sql stable as 'select null::uuid';
  end if;
end
$$;

alter table public."Role" alter column "organizationId" set default auth.organization_id();
