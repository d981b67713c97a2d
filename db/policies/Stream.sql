-- Who may do what to public."Stream"
--
--   readers of the chat                  see its streams (anonymous included, when public)
--   people who may write into the chat   open one, as themselves
--   owner of the chat, can_manage_chats  deletes it
--   opener                               appends to it and finishes it, while they may still write
--                                        into the chat: by functions
--
-- Live delivery sends the rows too: change app_private.audience (db/functions/live) together with
-- a select policy here. DeliverPolicyTests compares the two.
--
-- Not granted: changing a stream.
--
-- Why (select true from …) and qualified columns: docs/policies.md.

call app_private.reset_policies('public."Stream"', canary => 'id');

grant select on public."Stream" to anonymous, regular_user;
grant insert ("id", "chatId", "createdAt", "userId") on public."Stream" to regular_user;
grant delete on public."Stream" to regular_user;

create policy select_reader on public."Stream"
  for select to anonymous, regular_user
  using ((select true from public."Chat" c where c."id" = "Stream"."chatId"));
comment on policy select_reader on public."Stream" is 'Readers of the chat see its streams.';

create policy insert_writer on public."Stream"
  for insert to regular_user
  with check ("userId" = (select auth.uid()) and auth.can_write_chat("chatId"));
comment on policy insert_writer on public."Stream" is
  'People who may write to the chat open a stream, as themselves.';

create policy delete_chat_owner on public."Stream"
  for delete to regular_user
  using (auth.can_tidy_chat("chatId"));
comment on policy delete_chat_owner on public."Stream" is
  'The owner of the chat, and people with can_manage_chats, delete any stream in it.';

-- For functions.

grant select on public."Stream" to chat_definer, live_definer;
grant update ("octets", "activeAt", "finishedAt", "messageId") on public."Stream" to chat_definer;
grant select ("id", "activeAt", "finishedAt") on public."Stream" to rlschat_purge;

create policy function_select_chat on public."Stream"
  for select to chat_definer
  using ("userId" = (select auth.uid()));
comment on policy function_select_chat on public."Stream" is
  'Functions read the streams that the person who asks opened.';

create policy function_update on public."Stream"
  for update to chat_definer
  using ("userId" = (select auth.uid()) and auth.can_write_chat("chatId"))
  with check ("userId" = (select auth.uid()));
comment on policy function_update on public."Stream" is
  'Functions append to and finish what the person opened, while they may write to its chat.';

create policy function_select_live on public."Stream"
  for select to live_definer
  using (true);
comment on policy function_select_live on public."Stream" is
  'Live delivery shows streams to those who see the chat.';

create policy function_select_purge on public."Stream"
  for select to rlschat_purge
  using (true);
comment on policy function_select_purge on public."Stream" is
  'The purge asks when the stream of a chunk ended.';
