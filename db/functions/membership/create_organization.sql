-- Definer: nobody inserts into "Organization" or updates their own row of "User".
create or replace function public.create_organization(name text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  person record;
  organization uuid;
begin
  select u."id", u."organizationId", u."roleId" into person
  from public."User" u where u."id" = auth.uid() for update;
  if not found then
    raise exception 'authentication required' using errcode = 'insufficient_privilege';
  elsif person."organizationId" is not null then
    raise exception 'already a member of an organization' using errcode = 'RC002';
  elsif person."roleId" is not null then
    raise exception 'an operator cannot be a member of an organization' using errcode = 'RC011';
  end if;

  insert into public."Organization" ("name") values (create_organization.name)
  returning "id" into organization;
  update public."User" u
  set "organizationId" = organization,
    "roleId" = '00000000-0000-4000-8000-000000000002',
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
