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
begin
  return (select u."organizationId" from public."User" u where u."id" = (select auth.uid()));
end
$$;
alter function auth.organization_id() owner to identity_definer;
grant execute on function auth.organization_id() to anonymous, regular_user, membership_definer;
comment on function auth.organization_id() is
  'The organization of which the person is a member now; null for none.';
