-- Who may do what to public."Role"
--
--   member              sees the roles of their organization, and the built-in ones
--   can_manage_roles    makes, changes and deletes roles of their organization, if everything that
--                       the role holds (before and after) they hold themselves
--   everybody else      sees nothing
--
-- An insert may leave "organizationId" out, as Drizzle does: the default is the caller's own.
--
-- Not granted: moving a role to another organization. A role in use cannot be deleted: the
-- foreign key of "User" refuses it.

call app_private.reset_policies('public."Role"');

grant select on public."Role" to regular_user;
grant insert ("id", "name", "permissions", "organizationId") on public."Role" to regular_user;
grant update ("name", "permissions") on public."Role" to regular_user;
grant delete on public."Role" to regular_user;

create policy select_member on public."Role"
  for select to regular_user
  using ("organizationId" = (select auth.organization_id()));
comment on policy select_member on public."Role" is
  'Members see the roles of their organization.';

create policy select_built_in on public."Role"
  for select to regular_user
  using ("organizationId" is null and (select auth.organization_id()) is not null);
comment on policy select_built_in on public."Role" is 'Members see the built-in roles.';

call app_private.crud_policy('public."Role"', 'regular_user', named => '{command}_permitted',
  modify => $$"organizationId" = (select auth.organization_with('can_manage_roles'))
    and auth.covers((select auth.permissions()), "permissions")$$);
comment on policy insert_permitted on public."Role" is
  'People with can_manage_roles make a role that holds nothing they lack.';
comment on policy update_permitted on public."Role" is
  'People with can_manage_roles change a role that holds, before and after, nothing they lack.';
comment on policy delete_permitted on public."Role" is
  'People with can_manage_roles delete a role that holds nothing they lack.';

-- For functions.

grant select ("id", "name", "permissions", "organizationId") on public."Role" to identity_definer;
grant select ("id", "name") on public."Role" to live_definer;
grant select ("id", "permissions", "organizationId") on public."Role" to membership_definer;
grant select, insert on public."Role" to builtin_definer;
grant update ("name", "permissions") on public."Role" to builtin_definer;

create policy function_select_builtin on public."Role"
  for select to builtin_definer
  using ("organizationId" is null);
comment on policy function_select_builtin on public."Role" is
  'A migration compares the built-in roles.';

create policy function_insert on public."Role"
  for insert to builtin_definer
  with check ("organizationId" is null);
comment on policy function_insert on public."Role" is 'A migration makes the built-in roles.';

create policy function_update on public."Role"
  for update to builtin_definer
  using ("organizationId" is null)
  with check ("organizationId" is null);
comment on policy function_update on public."Role" is 'A migration repairs the built-in roles.';

create policy function_select on public."Role"
  for select to identity_definer, live_definer, membership_definer
  using (true);
comment on policy function_select on public."Role" is
  'Functions read the permissions of a role; live delivery reads its name.';
