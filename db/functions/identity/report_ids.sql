-- Definer: people see no colleague's row of "User", and this walks down the whole chain.
create or replace function auth.report_ids()
  returns uuid[]
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 500
as $$
begin
  return array(
    with recursive report as (
      select u."id", u."organizationId"
      from public."User" u
      where u."managerId" = (select auth.uid())
      union
      select u."id", u."organizationId"
      from public."User" u
      join report r on u."managerId" = r."id" and u."organizationId" = r."organizationId")
    select r."id" from report r where r."organizationId" = (select auth.organization_id()));
end
$$;
alter function auth.report_ids() owner to identity_definer;
grant execute on function auth.report_ids() to regular_user;
comment on function auth.report_ids() is
  'Everyone below the person in the chain of managers, inside the person''s organization.';
