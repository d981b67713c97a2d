-- Guards every update and delete of a membership: by a function, by deleting an account, by an
-- operator. It locks the organization first, so that two changes at once are judged one after the
-- other: no cycle of managers, and no last administrator, slips between them.
-- Definer: it reads and hands over what colleagues own.
create or replace function app_private.tg_user__membership()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform from public."Organization" o
  where o."id" in (old."organizationId", new."organizationId")
  order by o."id"
  for no key update;

  if old."organizationId" is not null
    and (tg_op = 'DELETE' or new."organizationId" is distinct from old."organizationId")
  then
    perform app_private.hand_over(old."id", old."organizationId", old."managerId");
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;

  if new."roleId" is distinct from old."roleId"
    or new."organizationId" is distinct from old."organizationId"
  then
    if exists (
      select from public."Role" r
      where r."id" = new."roleId" and r."organizationId" <> new."organizationId")
    then
      raise exception 'the role belongs to another organization' using errcode = 'RC012';
    end if;
  end if;

  if new."managerId" is not null and (new."managerId" is distinct from old."managerId"
    or new."organizationId" is distinct from old."organizationId")
  then
    if not exists (
      select from public."User" u
      where u."id" = new."managerId" and u."organizationId" = new."organizationId")
    then
      raise exception 'the manager is not a member of the organization' using errcode = 'RC007';
    end if;
    if exists (
      with recursive above as (
        select new."managerId" as "id"
        union
        select u."managerId" from public."User" u join above a on u."id" = a."id")
      select from above a where a."id" = new."id")
    then
      raise exception 'the change would create a cycle of managers' using errcode = 'RC006';
    end if;
  end if;
  return new;
end
$$;
alter function app_private.tg_user__membership() owner to membership_definer;
comment on function app_private.tg_user__membership() is
  'Checks role, manager and cycles, and hands rows over when a member leaves.';
