-- Who may do what to public."Chat"
--
--   owner               makes it (as themselves, into no organization or their own), sees it,
--                       changes "title" and "visibility", deletes it; of an organization's chat
--                       only while they are a member
--   member              sees the organization's
--   can_manage_chats    changes "title" and "visibility" of the organization's, deletes them
--   everyone            sees what is public, anonymous too
--
-- Live delivery asks the same question for many people at once: change auth.readers
-- (db/functions/live) together with a select policy here. A test compares the two.
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
  'Members see every chat in their organization. Former members lose access, even to chats they '
  'created.';

create policy select_public on public."Chat"
  for select to anonymous, regular_user
  using ("visibility" = 'public');
comment on policy select_public on public."Chat" is 'Everyone sees public chats.';

call auth.crud_policy('public."Chat"', 'regular_user', named => 'users_manage_own_chats_{command}',
  modify => '"userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))');
comment on policy users_manage_own_chats_insert on public."Chat" is
  'People create chats as themselves, personal or in their organization.';
comment on policy users_manage_own_chats_update on public."Chat" is
  'Owners rename, publish and hide their chats; in an organization, only while they are a member.';
comment on policy users_manage_own_chats_delete on public."Chat" is
  'Owners delete their chats; in an organization, only while they are a member.';

create policy update_permitted on public."Chat"
  for update to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_chats')))
  with check ("organizationId" = (select auth.organization_with('can_manage_chats')));
comment on policy update_permitted on public."Chat" is
  'People with can_manage_chats rename, publish and hide the chats of their organization.';

create policy delete_permitted on public."Chat"
  for delete to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_chats')));
comment on policy delete_permitted on public."Chat" is
  'People with can_manage_chats delete the chats of their organization.';

-- For functions.

create policy function_select on public."Chat"
  for select to auth_definer
  using (true);
comment on policy function_select on public."Chat" is
  'Hand-over finds what a person owns in an organization; message rules and live delivery ask for a '
  'chat''s audience.';

create policy function_update on public."Chat"
  for update to auth_definer
  using ("organizationId" is not null)
  with check ("organizationId" is not null);
comment on policy function_update on public."Chat" is
  'Hand-over gives an organization''s chat a new owner.';

create policy function_insert on public."Chat"
  for insert to auth_definer
  with check ("id" = '00000000-0000-4000-8000-00000000ca7a');
comment on policy function_insert on public."Chat" is 'The canary row, and no other.';
