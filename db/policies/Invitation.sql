-- Who may do what to public."Invitation"
--
--   can_manage_members    sees, makes and withdraws those of their organization; the invited role
--                         holds nothing that they lack
--   everybody else        sees nothing; the invited accepts by public.accept_invitation()
--
-- Not granted: reading "tokenDigest"; changing an invitation.

call app_private.reset_policies('public."Invitation"');

grant select ("id", "organizationId", "email", "roleId", "invitedBy", "expires", "acceptedAt",
  "createdAt") on public."Invitation" to regular_user;
grant insert ("id", "organizationId", "email", "roleId", "tokenDigest", "expires")
  on public."Invitation" to regular_user;
grant delete on public."Invitation" to regular_user;

create policy select_permitted on public."Invitation"
  for select to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_members')));
comment on policy select_permitted on public."Invitation" is
  'People with can_manage_members see the invitations of their organization.';

create policy insert_permitted on public."Invitation"
  for insert to regular_user
  with check (
    "organizationId" = (select auth.organization_with('can_manage_members'))
    and "invitedBy" = (select auth.uid())
    and auth.can_grant_role("roleId")
  );
comment on policy insert_permitted on public."Invitation" is
  'People with can_manage_members invite, as themselves, into a role that holds nothing they lack.';

create policy delete_permitted on public."Invitation"
  for delete to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_members')));
comment on policy delete_permitted on public."Invitation" is
  'People with can_manage_members withdraw invitations of their organization.';

-- For functions.

grant select on public."Invitation" to membership_definer;
grant update ("acceptedAt") on public."Invitation" to membership_definer;
grant delete on public."Invitation" to rlschat_purge;

create policy function_select on public."Invitation"
  for select to membership_definer
  using (true);
comment on policy function_select on public."Invitation" is
  'Accepting finds an invitation by the digest of its token.';

create policy function_update on public."Invitation"
  for update to membership_definer
  using ("acceptedAt" is null)
  with check ("acceptedAt" is not null);
comment on policy function_update on public."Invitation" is
  'Accepting marks an invitation as used, once.';

create policy function_delete on public."Invitation"
  for delete to rlschat_purge
  using ("expires" < now() at time zone 'utc' - interval '30 days');
comment on policy function_delete on public."Invitation" is
  'The purge deletes invitations 30 days after they expired.';
