-- Definer: the person who goes, or who removes them, may not give other people's rows away.
create or replace function app_private.hand_over(person uuid, organization uuid, manager uuid)
  returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  heir uuid := coalesce(manager, (
    select u."id" from public."User" u
    where u."organizationId" = organization
      and u."roleId" = '00000000-0000-4000-8000-000000000002'
      and u."id" <> person
    order by u."joinedAt", u."id"
    limit 1));
begin
  update public."User" set "managerId" = manager
  where "managerId" = person and "organizationId" = organization;

  if heir is not null then
    update public."Chat" set "userId" = heir
    where "userId" = person and "organizationId" = organization;
    update public."Document" set "userId" = heir
    where "userId" = person and "organizationId" = organization;
  end if;
end
$$;
alter function app_private.hand_over(uuid, uuid, uuid) owner to auth_definer;
comment on function app_private.hand_over(uuid, uuid, uuid) is
  'What a person owns in an organization goes to their manager, or else to the longest-standing '
  'administrator; their reports move up.';
