-- One call answers "a member, and permitted": policies compare a row's organization with it.
-- Definer: reads the person's row and role whatever the policies on them say.
create or replace function auth.organization_with(permission text)
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
  select u."organizationId" into organization
  from public."User" u
  join public."Role" r on r."id" = u."roleId"
  where u."id" = person and r."permissions" -> permission = 'true'::jsonb;
  return organization;
end
$$;
alter function auth.organization_with(text) owner to identity_definer;
grant execute on function auth.organization_with(text) to regular_user, membership_definer;
comment on function auth.organization_with(text) is
  'The person''s organization when their role holds the permission now; else null.';
