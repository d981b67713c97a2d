-- Not a definer: the policy on "User" decides, and its triggers hand over what stays.
create or replace function public.delete_account()
  returns boolean
  language plpgsql
  set search_path = ''
as $$
begin
  delete from public."User" where "id" = auth.uid();
  return found;
end
$$;
grant execute on function public.delete_account() to regular_user;
comment on function public.delete_account() is
  'Deletes the person: leaves the organization, then everything personal goes. '
  'RC003: the last administrator.';
