-- Definer: nobody updates a colleague's row of "User". The trigger on it hands over and guards.
create or replace function public.remove_member(user_id uuid)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if not app_private.lock_colleague(user_id) then
    return false;
  end if;
  update public."User"
  set "organizationId" = null, "roleId" = null, "managerId" = null, "joinedAt" = null
  where "id" = user_id;
  return true;
end
$$;
alter function public.remove_member(uuid) owner to auth_definer;
grant execute on function public.remove_member(uuid) to regular_user;
comment on function public.remove_member(uuid) is
  'Ends a colleague''s membership; what they own there stays. False for who is no colleague. '
  'RC003: the last administrator.';
