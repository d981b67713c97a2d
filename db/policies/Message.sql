-- Who may do what to public."Message"
--
--   readers of the chat                  see its messages (anonymous included, when public)
--   owner of a personal chat, member     writes, as themselves; a stranger only reads
--   author                               rewrites ("parts", "attachments") and deletes their own,
--                                        while they may still write into that chat
--   owner of the chat, can_manage_chats  deletes anybody's
--
-- Live delivery sends the rows too: change app_private.audience (db/functions/live) together with
-- a select policy here. DeliverPolicyTests compares the two.
--
-- Not granted: moving a message, changing its author or role.
--
-- Why (select true from …) and qualified columns: docs/policies.md.

call app_private.reset_policies('public."Message"', canary => 'id');

grant select on public."Message" to anonymous, regular_user;
grant insert ("id", "chatId", "role", "parts", "attachments", "createdAt", "userId")
  on public."Message" to regular_user;
grant update ("parts", "attachments") on public."Message" to regular_user;
grant delete on public."Message" to regular_user;

create policy select_reader on public."Message"
  for select to anonymous, regular_user
  using ((select true from public."Chat" c where c."id" = "Message"."chatId"));
comment on policy select_reader on public."Message" is 'Readers of the chat see its messages.';

call app_private.crud_policy('public."Message"', 'regular_user', named => '{command}_author',
  modify => '"userId" = (select auth.uid()) and auth.can_write_chat("chatId")');
comment on policy insert_author on public."Message" is
  'The owner of a personal chat and the members of a chat''s organization write, as themselves.';
comment on policy update_author on public."Message" is
  'Authors rewrite their messages while they may write to the chat.';
comment on policy delete_author on public."Message" is
  'Authors delete their messages while they may write to the chat.';

create policy delete_chat_owner on public."Message"
  for delete to regular_user
  using (auth.can_tidy_chat("chatId"));
comment on policy delete_chat_owner on public."Message" is
  'The owner of the chat, and people with can_manage_chats, delete any message in it.';

-- For functions.

grant insert ("id", "chatId", "role", "parts", "createdAt", "userId") on public."Message"
  to chat_definer;
grant select on public."Message" to live_definer;
grant select ("id", "chatId") on public."Message" to record_definer;

create policy function_insert on public."Message"
  for insert to chat_definer
  with check ("userId" = (select auth.uid()) and auth.can_write_chat("chatId"));
comment on policy function_insert on public."Message" is
  'A function that finishes a stream writes for the person who asks.';

create policy function_select_live on public."Message"
  for select to live_definer
  using (true);
comment on policy function_select_live on public."Message" is
  'Live delivery shows new messages to those who see the chat.';

create policy function_select_record on public."Message"
  for select to record_definer
  using (true);
comment on policy function_select_record on public."Message" is
  'The event of a deleted vote says which chat it was in.';
