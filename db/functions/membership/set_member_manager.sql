-- Definer: nobody updates a colleague's row of "User".
create or replace function public.set_member_manager(
  user_id uuid, manager_id uuid, expected text[] default null)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if not app_private.lock_colleague(user_id, expected) then
    return false;
  end if;
  -- A manager reads the documents of those below, so this gives a right away.
  if manager_id is not null and auth.organization_with('can_view_documents') is null then
    raise exception 'permission denied to appoint a manager'
      using errcode = 'insufficient_privilege';
  end if;
  update public."User" set "managerId" = manager_id where "id" = user_id;
  return true;
end
$$;
alter function public.set_member_manager(uuid, uuid, text[]) owner to membership_definer;
grant execute on function public.set_member_manager(uuid, uuid, text[]) to regular_user;
comment on function public.set_member_manager(uuid, uuid, text[]) is
  'Puts a colleague below a manager, or below nobody (null). False when the person is not a '
  'colleague. RC006: a cycle; RC007: the manager is not a colleague; RC015: the member has '
  'changed.';
