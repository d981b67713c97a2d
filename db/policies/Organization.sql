-- Who may do what to public."Organization"
--
--   member                     sees it
--   can_manage_organization    renames it; deletes it when no other member is left
--   everybody else             sees nothing
--
-- Not granted: inserting; public.create_organization() makes its caller the first member.

call app_private.reset_policies('public."Organization"');

grant select on public."Organization" to regular_user;
grant update ("name") on public."Organization" to regular_user;
grant delete on public."Organization" to regular_user;

create policy select_member on public."Organization"
  for select to regular_user
  using ("id" = (select auth.organization_id()));
comment on policy select_member on public."Organization" is 'Members see their organization.';

create policy update_permitted on public."Organization"
  for update to regular_user
  using ("id" = (select auth.organization_with('can_manage_organization')))
  with check ("id" = (select auth.organization_with('can_manage_organization')));
comment on policy update_permitted on public."Organization" is
  'People with can_manage_organization rename it.';

create policy delete_last_member on public."Organization"
  for delete to regular_user
  using (
    "id" = (select auth.organization_with('can_manage_organization'))
    and not exists (select from public."Colleague" c where c."id" <> (select auth.uid()))
  );
comment on policy delete_last_member on public."Organization" is
  'The only member left, with can_manage_organization, deletes it. A foreign key stops a race with '
  'someone who joins.';

-- For functions.

grant select ("id"), insert ("name"), update ("name"), delete on public."Organization"
  to membership_definer;

create policy function_select on public."Organization"
  for select to membership_definer
  using (true);
comment on policy function_select on public."Organization" is
  'Changes of membership read and lock the organization first.';

create policy function_insert on public."Organization"
  for insert to membership_definer
  with check (true);
comment on policy function_insert on public."Organization" is
  'public.create_organization() makes one.';

create policy function_update on public."Organization"
  for update to membership_definer
  using (true)
  with check (false);
comment on policy function_update on public."Organization" is
  'Row locks need the update right; the check allows no change.';

create policy function_delete on public."Organization"
  for delete to membership_definer
  using (not exists (select from public."User" u where u."organizationId" = "Organization"."id"));
comment on policy function_delete on public."Organization" is
  'An organization ends when its last member leaves.';
