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
grant select, insert, update on public."Role" to auth_definer;

create policy org_scoped_select on public."Role"
  for select to regular_user
  using ("organizationId" = (select auth.organization_id()));
comment on policy org_scoped_select on public."Role" is
  'Members see the roles of their organization.';

create policy select_built_in on public."Role"
  for select to regular_user
  using ("organizationId" is null and (select auth.organization_id()) is not null);
comment on policy select_built_in on public."Role" is 'Members see the built-in roles.';

create policy org_scoped_insert on public."Role"
  for insert to regular_user
  with check (
    "organizationId" = (select auth.organization_with('can_manage_roles'))
    and auth.covers((select auth.permissions()), "permissions")
  );
comment on policy org_scoped_insert on public."Role" is
  'Who may manage roles makes one that holds nothing they lack.';

create policy org_scoped_update on public."Role"
  for update to regular_user
  using (
    "organizationId" = (select auth.organization_with('can_manage_roles'))
    and auth.covers((select auth.permissions()), "permissions")
  )
  with check (
    "organizationId" = (select auth.organization_with('can_manage_roles'))
    and auth.covers((select auth.permissions()), "permissions")
  );
comment on policy org_scoped_update on public."Role" is
  'Who may manage roles changes one that holds, before and after, nothing they lack.';

create policy org_scoped_delete on public."Role"
  for delete to regular_user
  using (
    "organizationId" = (select auth.organization_with('can_manage_roles'))
    and auth.covers((select auth.permissions()), "permissions")
  );
comment on policy org_scoped_delete on public."Role" is
  'Who may manage roles deletes one that holds nothing they lack.';

create policy definer_select on public."Role"
  for select to auth_definer
  using (true);
comment on policy definer_select on public."Role" is 'What a person''s role holds is read live.';

create policy definer_insert on public."Role"
  for insert to auth_definer
  with check ("organizationId" is null);
comment on policy definer_insert on public."Role" is 'The built-in roles come with the schema.';

create policy definer_update on public."Role"
  for update to auth_definer
  using ("organizationId" is null)
  with check ("organizationId" is null);
comment on policy definer_update on public."Role" is 'The built-in roles are put right by a migration.';
