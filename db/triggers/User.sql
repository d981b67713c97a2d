-- Triggers of public."User". Its three longest functions stand in db/functions/triggers.

create or replace trigger _100_touch before update on public."User"
  for each row execute function app_private.tg__touch();

-- Organization first, then person, as every change of members locks: only a statement trigger runs
-- before the deletion locks the person.
-- Definer: only membership_definer may lock any organization.
create or replace function app_private.tg_user__lock_organization()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform from public."Organization" o where o."id" = auth.organization_id() for no key update;
  return null;
end
$$;
alter function app_private.tg_user__lock_organization() owner to membership_definer;
comment on function app_private.tg_user__lock_organization() is
  'Locks the organization of the person who deletes their account.';

create or replace trigger _050_lock_organization
  before delete on public."User"
  for each statement execute function app_private.tg_user__lock_organization();

create or replace trigger _200_membership
  before update of "organizationId", "roleId", "managerId" or delete on public."User"
  for each row execute function app_private.tg_user__membership();

-- Definer: it counts colleagues, and ends the organization that nobody is left in.
create or replace function app_private.tg_user__last_member()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  administrator constant uuid := uuid '00000000-0000-4000-8000-000000000002';
begin
  if not exists (
    select from public."User" u where u."organizationId" = old."organizationId")
  then
    -- Its chats and documents go back to their owners (foreign keys set null). When it is the
    -- organization's own deletion that empties it (depth 2), that goes on by itself.
    if pg_trigger_depth() = 1 then
      delete from public."Organization" o where o."id" = old."organizationId";
    end if;
  elsif old."roleId" = administrator and not exists (
    select from public."User" u
    where u."organizationId" = old."organizationId"
      and u."roleId" = administrator)
  then
    raise exception 'an organization with members needs an administrator' using errcode = 'RC003';
  end if;
  return null;
end
$$;
alter function app_private.tg_user__last_member() owner to membership_definer;
comment on function app_private.tg_user__last_member() is
  'Keeps the last administrator while other members remain; deletes an organization without '
  'members.';

create or replace trigger _300_last_member
  after update of "organizationId", "roleId" or delete on public."User"
  for each row when (old."organizationId" is not null)
  execute function app_private.tg_user__last_member();

create or replace trigger _400_audit
  after insert or update of "organizationId", "roleId", "managerId", "email", "emailVerified",
    "password" on public."User"
  for each row execute function app_private.tg_user__audit();
-- Before, because with the account goes the session that says who is acting.
create or replace trigger _400_audit_delete
  before delete on public."User"
  for each row execute function app_private.tg_user__audit();

create or replace trigger _500_event
  after delete on public."User"
  for each row when (old."organizationId" is not null)
  execute function app_private.tg_user__event();
create or replace trigger _500_event_update
  after update of "organizationId", "roleId", "managerId" on public."User"
  for each row when (
    (old."organizationId" is not null or new."organizationId" is not null)
    and (old."organizationId" is distinct from new."organizationId"
      or old."roleId" is distinct from new."roleId"
      or old."managerId" is distinct from new."managerId"))
  execute function app_private.tg_user__event();
