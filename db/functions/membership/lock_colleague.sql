-- Every change to a colleague starts here. Locks the organization, so that rights are checked after
-- concurrent changes.
-- Definer: people see no colleague's role.
create or replace function app_private.lock_colleague(person uuid, expected text[] default null)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform from public."Organization" o where o."id" = auth.organization_id() for no key update;

  if not exists (
    select from public."User" u
    where u."id" = person and u."organizationId" = auth.organization_id())
  then
    return false;
  end if;
  if auth.organization_with('can_manage_members') is null
    or person = auth.uid()
    or not auth.covers(auth.permissions(), app_private.permissions_of(person))
  then
    raise exception 'permission denied to manage this member'
      using errcode = 'insufficient_privilege';
  end if;
  perform auth.if_match(
    (select c."tag" from public."Colleague" c where c."id" = person), expected);
  return true;
end
$$;
alter function app_private.lock_colleague(uuid, text[]) owner to membership_definer;
comment on function app_private.lock_colleague(uuid, text[]) is
  'False when the person is not a colleague; 42501 when the caller may not manage them: oneself, '
  'or a holder of permissions that the caller lacks. RC015: the colleague has changed.';
