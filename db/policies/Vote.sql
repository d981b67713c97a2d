-- Who may do what to public."Vote"
--
--   readers of the message     see its votes (anonymous included, in a public chat)
--   a signed-in reader of it   casts, changes and takes back their own
--   everybody else             sees nothing, and cannot learn that the message exists
--
-- Live delivery sends the rows too: change app_private.audience (db/functions/live) together with
-- a select policy here. DeliverPolicyTests compares the two.
--
-- Not granted: moving a vote ("message_id", "user_id", "chatId" have no update grant). The chat is
-- set by a trigger, so it can stand for the message: readers of the chat can read its messages.
--
-- Why (select true from …) and qualified columns: docs/policies.md.

call app_private.reset_policies('public."Vote"', canary => 'id');

grant select on public."Vote" to anonymous, regular_user;
grant insert ("id", "message_id", "user_id", "chatId", "value", "created_at")
  on public."Vote" to regular_user;
grant update ("value") on public."Vote" to regular_user;
grant delete on public."Vote" to regular_user;

create policy select_reader on public."Vote"
  for select to anonymous, regular_user
  using ((select true from public."Chat" c where c."id" = "Vote"."chatId"));
comment on policy select_reader on public."Vote" is 'Readers of the message see its votes.';

call app_private.crud_policy('public."Vote"', 'regular_user', named => '{command}_self',
  modify => '"user_id" = (select auth.uid())
    and (select true from public."Chat" c where c."id" = "Vote"."chatId")');
comment on policy insert_self on public."Vote" is
  'A person votes as themselves, on a message that they can read.';
comment on policy update_self on public."Vote" is
  'A person changes their own vote while they can read the message.';
comment on policy delete_self on public."Vote" is
  'A person takes back their own vote while they can read the message.';

-- For functions.

grant select on public."Vote" to live_definer;

create policy function_select on public."Vote"
  for select to live_definer
  using (true);
comment on policy function_select on public."Vote" is
  'Live delivery shows votes to those who see the chat.';
