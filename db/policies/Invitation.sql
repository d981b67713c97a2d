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
grant select on public."Invitation" to auth_definer;
grant update ("acceptedAt") on public."Invitation" to auth_definer;
grant delete on public."Invitation" to rlschat_purge;

create policy org_scoped_select on public."Invitation"
  for select to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_members')));
comment on policy org_scoped_select on public."Invitation" is
  'Who may manage members sees the organization''s invitations.';

create policy org_scoped_insert on public."Invitation"
  for insert to regular_user
  with check (
    "organizationId" = (select auth.organization_with('can_manage_members'))
    and "invitedBy" = (select auth.uid())
    and auth.can_grant_role("roleId")
  );
comment on policy org_scoped_insert on public."Invitation" is
  'Who may manage members invites, as themselves, into a role that holds nothing they lack.';

create policy org_scoped_delete on public."Invitation"
  for delete to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_members')));
comment on policy org_scoped_delete on public."Invitation" is
  'Who may manage members withdraws an invitation.';

create policy definer_select on public."Invitation"
  for select to auth_definer
  using (true);
comment on policy definer_select on public."Invitation" is
  'Accepting finds the row of a token by its digest.';

create policy definer_update on public."Invitation"
  for update to auth_definer
  using (true)
  with check (true);
comment on policy definer_update on public."Invitation" is 'Accepting marks it as used.';

create policy purge_expired on public."Invitation"
  for delete to rlschat_purge
  using ("expires" < now() at time zone 'utc' - interval '30 days');
comment on policy purge_expired on public."Invitation" is 'Kept 30 days past its end.';
