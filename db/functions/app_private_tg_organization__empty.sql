-- Definer: nobody updates their own row of "User".
create or replace function app_private.tg_organization__empty()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  update public."User"
  set "organizationId" = null, "roleId" = null, "managerId" = null, "joinedAt" = null
  where "organizationId" = old."id" and "id" = auth.uid();
  return old;
end
$$;
alter function app_private.tg_organization__empty() owner to auth_definer;
comment on function app_private.tg_organization__empty() is
  'Its last member leaves an organization as they delete it; anybody else stops it (foreign key).';

create or replace trigger _200_empty
  before delete on public."Organization"
  for each row execute function app_private.tg_organization__empty();
