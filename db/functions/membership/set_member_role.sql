-- Definer: nobody updates a colleague's row of "User".
create or replace function public.set_member_role(
  user_id uuid, role_id uuid, expected text[] default null)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if not app_private.lock_colleague(user_id, expected) then
    return false;
  end if;
  if not exists (
    select from public."Role" r
    where r."id" = role_id
      and (r."organizationId" is null or r."organizationId" = auth.organization_id()))
  then
    raise exception 'role not found in this organization' using errcode = 'RC012';
  end if;
  if not auth.can_grant_role(role_id) then
    raise exception 'permission denied to grant this role' using errcode = 'insufficient_privilege';
  end if;
  update public."User" set "roleId" = role_id where "id" = user_id;
  return true;
end
$$;
alter function public.set_member_role(uuid, uuid, text[]) owner to membership_definer;
grant execute on function public.set_member_role(uuid, uuid, text[]) to regular_user;
comment on function public.set_member_role(uuid, uuid, text[]) is
  'Gives a colleague a role that holds nothing the person lacks. False when the person is not a '
  'colleague. RC012: not a role of this organization; RC003: the last administrator; RC015: the '
  'member has changed.';
