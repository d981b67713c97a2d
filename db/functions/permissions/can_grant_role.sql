-- Definer: sees the operator's role too, so that it is refused for what it holds.
create or replace function auth.can_grant_role(role_id uuid)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 300
as $$
begin
  return exists (
    select from public."Role" r
    where r."id" = role_id
      and (r."organizationId" is null or r."organizationId" = auth.organization_id())
      and auth.covers(auth.permissions(), r."permissions"));
end
$$;
alter function auth.can_grant_role(uuid) owner to identity_definer;
grant execute on function auth.can_grant_role(uuid) to regular_user, membership_definer;
comment on function auth.can_grant_role(uuid) is
  'Whether a role, built-in or of the person''s organization, holds nothing that the person lacks.';
