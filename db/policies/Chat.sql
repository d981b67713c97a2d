-- Who may do what to public."Chat"
--
--   owner               makes it (as themselves, into no organization or their own), sees it,
--                       changes "title" and "visibility", deletes it; of an organization's chat
--                       only while they are a member
--   member              sees the organization's
--   can_manage_chats    changes "title" and "visibility" of the organization's, deletes them
--   everyone            sees what is public, anonymous too
--
-- Live delivery asks the same question for many people at once: change app_private.readers
-- (db/functions/live) together with a select policy here. DeliverPolicyTests compares the two.
--
-- Not granted: moving a chat ("userId" and "organizationId" have no update grant).

call app_private.reset_policies('public."Chat"', canary => 'id');

grant select on public."Chat" to anonymous, regular_user;
grant insert ("id", "createdAt", "title", "userId", "visibility", "organizationId")
  on public."Chat" to regular_user;
grant update ("title", "visibility") on public."Chat" to regular_user;
grant delete on public."Chat" to regular_user;

create policy users_own_chats on public."Chat"
  for select to regular_user
  using ("organizationId" is null and "userId" = (select auth.uid()));
comment on policy users_own_chats on public."Chat" is 'People see their personal chats.';

create policy org_access on public."Chat"
  for select to regular_user
  using ("organizationId" = (select auth.organization_id()));
comment on policy org_access on public."Chat" is
  'Members see every chat in their organization. Former members lose access, even to chats they '
  'created.';

create policy select_public on public."Chat"
  for select to anonymous
  using ("visibility" = 'public');
comment on policy select_public on public."Chat" is 'Everyone sees public chats.';

create policy select_public_signed_in on public."Chat"
  for select to regular_user
  using ("visibility" = 'public' and (select auth.uid()) is not null);
comment on policy select_public_signed_in on public."Chat" is
  'Everyone sees public chats, but not as somebody whose session has ended.';

call app_private.crud_policy('public."Chat"', 'regular_user',
  named => 'users_manage_own_chats_{command}',
  modify => '"userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))');
comment on policy users_manage_own_chats_insert on public."Chat" is
  'People create chats as themselves, personal or in their organization.';
comment on policy users_manage_own_chats_update on public."Chat" is
  'Owners rename, publish and hide their chats; in an organization, only while they are a member.';
comment on policy users_manage_own_chats_delete on public."Chat" is
  'Owners delete their chats; in an organization, only while they are a member.';

call app_private.crud_policy('public."Chat"', 'regular_user',
  named => '{command}_permitted', commands => '{update,delete}',
  rule => $$"organizationId" = (select auth.organization_with('can_manage_chats'))$$);
comment on policy update_permitted on public."Chat" is
  'People with can_manage_chats rename, publish and hide the chats of their organization.';
comment on policy delete_permitted on public."Chat" is
  'People with can_manage_chats delete the chats of their organization.';

-- For functions.

grant select ("id", "userId", "organizationId") on public."Chat"
  to identity_definer, membership_definer;
grant update ("userId") on public."Chat" to membership_definer;
grant select on public."Chat" to live_definer;
grant select ("id", "userId", "organizationId", "visibility") on public."Chat" to record_definer;

create policy function_select_identity on public."Chat"
  for select to identity_definer
  using (true);
comment on policy function_select_identity on public."Chat" is
  'auth.can_write_chat() and auth.can_tidy_chat() ask whose chat it is.';

create policy function_select_live on public."Chat"
  for select to live_definer
  using (true);
comment on policy function_select_live on public."Chat" is
  'Live delivery reads chats and finds out who may see them.';

create policy function_select_membership on public."Chat"
  for select to membership_definer
  using ("organizationId" is not null);
comment on policy function_select_membership on public."Chat" is
  'The hand-over finds what a person owns in an organization.';

create policy function_select_record on public."Chat"
  for select to record_definer
  using (true);
comment on policy function_select_record on public."Chat" is
  'The event of a deletion says who could see the row.';

create policy function_update on public."Chat"
  for update to membership_definer
  using ("organizationId" is not null)
  with check ("organizationId" is not null);
comment on policy function_update on public."Chat" is
  'The hand-over gives an organization''s chat a new owner.';
