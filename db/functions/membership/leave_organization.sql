-- Definer: nobody updates their own row of "User". The trigger on it hands over and guards.
create or replace function public.leave_organization(
  organization_id uuid default auth.organization_id())
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if organization_id is null then
    raise exception 'not a member of an organization' using errcode = 'RC009';
  end if;
  -- Organization first, then person: the order in which every change of members locks.
  perform from public."Organization" o
  where o."id" = organization_id and o."id" = auth.organization_id()
  for no key update;
  -- Not an organization that the person has joined since.
  return app_private.end_membership(auth.uid(), organization_id);
end
$$;
alter function public.leave_organization(uuid) owner to membership_definer;
grant execute on function public.leave_organization(uuid) to regular_user;
comment on function public.leave_organization(uuid) is
  'Ends the person''s membership; what they own there stays. False for another organization. '
  'RC009: not a member of an organization; RC003: the last administrator.';
