create or replace function app_private.end_membership(person uuid, organization uuid)
  returns boolean
  language plpgsql
  set search_path = ''
as $$
begin
  update public."User"
  set "organizationId" = null, "roleId" = null, "managerId" = null, "joinedAt" = null
  where "id" = person and "organizationId" = organization;
  return found;
end
$$;
alter function app_private.end_membership(uuid, uuid) owner to membership_definer;
comment on function app_private.end_membership(uuid, uuid) is
  'Ends the membership of a person in an organization; false when there is none.';
