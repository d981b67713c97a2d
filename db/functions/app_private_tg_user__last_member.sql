-- Definer: it counts colleagues, and ends the organization that nobody is left in.
create or replace function app_private.tg_user__last_member()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if not exists (
    select from public."User" u where u."organizationId" = old."organizationId")
  then
    -- Its chats and documents go back to their owners (foreign keys set null). When it is the
    -- organization's own deletion that empties it (depth 2), that goes on by itself.
    if pg_trigger_depth() = 1 then
      delete from public."Organization" o where o."id" = old."organizationId";
    end if;
  elsif old."roleId" = '00000000-0000-4000-8000-000000000002' and not exists (
    select from public."User" u
    where u."organizationId" = old."organizationId"
      and u."roleId" = '00000000-0000-4000-8000-000000000002')
  then
    raise exception 'an organization keeps an administrator' using errcode = 'RC003';
  end if;
  return null;
end
$$;
alter function app_private.tg_user__last_member() owner to auth_definer;
comment on function app_private.tg_user__last_member() is
  'The last administrator stays while others do; with its last member an organization ends.';

create or replace trigger _300_last_member
  after update of "organizationId", "roleId" or delete on public."User"
  for each row when (old."organizationId" is not null)
  execute function app_private.tg_user__last_member();
