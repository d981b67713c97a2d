-- Definer: nobody inserts into "Organization" or updates their own row of "User".
create or replace function public.create_organization(name text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  administrator constant uuid := uuid '00000000-0000-4000-8000-000000000002';
  person record;
  organization uuid;
begin
  select u."id", u."organizationId", u."roleId" into person
  from public."User" u where u."id" = auth.uid() for update;
  if not found then
    raise exception 'authentication required' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_no_membership(person."organizationId", person."roleId");

  insert into public."Organization" ("name") values (create_organization.name)
  returning "id" into organization;
  update public."User" u
  set "organizationId" = organization,
    "roleId" = administrator,
    "joinedAt" = now() at time zone 'utc'
  where u."id" = person."id";
  return organization;
end
$$;
alter function public.create_organization(text) owner to membership_definer;
grant execute on function public.create_organization(text) to regular_user;
comment on function public.create_organization(text) is
  'Makes an organization whose first member and administrator is the person. '
  'RC002: already in one; RC011: an operator.';
