-- Definer: a policy on "User" that read "User" as the person would recurse.
create or replace function auth.organization_id()
  returns uuid
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 100
as $$
declare
  person uuid := auth.uid();
  organization uuid;
begin
  select u."organizationId" into organization from public."User" u where u."id" = person;
  return organization;
end
$$;
alter function auth.organization_id() owner to identity_definer;
grant execute on function auth.organization_id() to anonymous, regular_user, membership_definer;
comment on function auth.organization_id() is
  'The organization of which the person is a member now; null for none.';
