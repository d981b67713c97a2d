-- Definer: nobody updates their own row of "User". The trigger on it hands over and guards.
create or replace function public.leave_organization()
  returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  -- Organization first, then person: the order in which every change of members locks.
  perform from public."Organization" o where o."id" = auth.organization_id() for no key update;
  update public."User"
  set "organizationId" = null, "roleId" = null, "managerId" = null, "joinedAt" = null
  where "id" = auth.uid() and "organizationId" is not null;
  if not found then
    raise exception 'in no organization' using errcode = 'RC009';
  end if;
  return true;
end
$$;
alter function public.leave_organization() owner to auth_definer;
grant execute on function public.leave_organization() to regular_user;
comment on function public.leave_organization() is
  'Ends the person''s membership; what they own there stays. '
  'RC009: in no organization; RC003: the last administrator.';
