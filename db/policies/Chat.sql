-- Who may do what to public."Chat"
--
--   owner               makes it (as themselves, into no organization or their own), sees it,
--                       changes "title" and "visibility", deletes it; of an organization's chat
--                       only while they are a member
--   member              sees the organization's
--   can_manage_chats    changes "title" and "visibility" of the organization's, deletes them
--   everyone            sees what is public, anonymous too
--
-- Live delivery asks the same of many people at once: whoever changes a select policy here changes
-- auth.readers too (db/functions/live), and a test compares the two.
--
-- Not granted: moving a chat ("userId" and "organizationId" have no update grant).

call app_private.reset_policies('public."Chat"');

grant select on public."Chat" to anonymous, regular_user;
grant insert ("id", "createdAt", "title", "userId", "visibility", "organizationId")
  on public."Chat" to regular_user;
grant update ("title", "visibility") on public."Chat" to regular_user;
grant delete on public."Chat" to regular_user;
grant select on public."Chat" to auth_definer;
grant update ("userId") on public."Chat" to auth_definer;
grant insert ("id", "title", "userId") on public."Chat" to auth_definer;

create policy users_own_chats on public."Chat"
  for select to regular_user
  using ("userId" = (select auth.uid()) and "organizationId" is null);
comment on policy users_own_chats on public."Chat" is 'People see their personal chats.';

create policy org_access on public."Chat"
  for select to regular_user
  using ("organizationId" = (select auth.organization_id()));
comment on policy org_access on public."Chat" is
  'Members see every chat of their organization; who has left, their own there no more.';

create policy select_public on public."Chat"
  for select to anonymous, regular_user
  using ("visibility" = 'public');
comment on policy select_public on public."Chat" is 'Everyone sees public chats.';

create policy users_manage_own_chats_insert on public."Chat"
  for insert to regular_user
  with check (
    "userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))
  );
comment on policy users_manage_own_chats_insert on public."Chat" is
  'People make chats as themselves, personal or in their organization.';

create policy users_manage_own_chats_update on public."Chat"
  for update to regular_user
  using (
    "userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))
  )
  with check (
    "userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))
  );
comment on policy users_manage_own_chats_update on public."Chat" is
  'Owners rename, publish and hide their chats; an organization''s only while they are a member.';

create policy users_manage_own_chats_delete on public."Chat"
  for delete to regular_user
  using (
    "userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))
  );
comment on policy users_manage_own_chats_delete on public."Chat" is
  'Owners delete their chats; an organization''s only while they are a member.';

create policy update_permitted on public."Chat"
  for update to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_chats')))
  with check ("organizationId" = (select auth.organization_with('can_manage_chats')));
comment on policy update_permitted on public."Chat" is
  'Who may manage chats renames, publishes and hides those of the organization.';

create policy delete_permitted on public."Chat"
  for delete to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_chats')));
comment on policy delete_permitted on public."Chat" is
  'Who may manage chats deletes those of the organization.';

create policy definer_select on public."Chat"
  for select to auth_definer
  using (true);
comment on policy definer_select on public."Chat" is
  'Hand-over finds what a person owns in an organization; message rules and live delivery ask for a '
  'chat''s audience.';

create policy definer_update on public."Chat"
  for update to auth_definer
  using ("organizationId" is not null)
  with check ("organizationId" is not null);
comment on policy definer_update on public."Chat" is
  'Hand-over gives an organization''s chat a new owner.';

create policy definer_insert on public."Chat"
  for insert to auth_definer
  with check ("id" = '00000000-0000-4000-8000-00000000ca7a');
comment on policy definer_insert on public."Chat" is 'The canary row, and no other.';
