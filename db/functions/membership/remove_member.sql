-- Definer: nobody updates a colleague's row of "User". The trigger on it hands over and guards.
create or replace function public.remove_member(user_id uuid, expected text[] default null)
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if not app_private.lock_colleague(user_id, expected) then
    return false;
  end if;
  return app_private.end_membership(user_id, auth.organization_id());
end
$$;
alter function public.remove_member(uuid, text[]) owner to membership_definer;
grant execute on function public.remove_member(uuid, text[]) to regular_user;
comment on function public.remove_member(uuid, text[]) is
  'Ends a colleague''s membership; what they own there stays. False when the person is not a '
  'colleague. RC003: the last administrator; RC015: the member has changed.';
