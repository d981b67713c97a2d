-- Who may do what to public."StreamChunk"
--
--   readers of the stream            see its chunks (anonymous included, in a public chat)
--   opener                           appends, while they may still write into the chat
--
-- Not granted: changing a chunk, and deleting one: it goes with its stream, or by the purge.
--
-- Why (select true from …) and qualified columns: docs/policies.md.

call app_private.reset_policies('public."StreamChunk"', canary => 'streamId');

grant select on public."StreamChunk" to anonymous, regular_user;
grant insert ("streamId", "index", "data") on public."StreamChunk" to regular_user;

create policy select_reader on public."StreamChunk"
  for select to anonymous, regular_user
  using ((select true from public."Stream" s where s."id" = "StreamChunk"."streamId"));
comment on policy select_reader on public."StreamChunk" is 'Readers of the stream see its chunks.';

create policy insert_opener on public."StreamChunk"
  for insert to regular_user
  with check ((
    select s."userId" = (select auth.uid()) and auth.can_write_chat(s."chatId")
    from public."Stream" s where s."id" = "StreamChunk"."streamId"));
comment on policy insert_opener on public."StreamChunk" is
  'The person who opened a stream appends to it, while they may write to its chat.';

-- For functions.

grant select ("streamId", "index", "data") on public."StreamChunk" to chat_definer, live_definer;
grant delete on public."StreamChunk" to rlschat_purge;

create policy function_select_chat on public."StreamChunk"
  for select to chat_definer
  using ((select true from public."Stream" s where s."id" = "StreamChunk"."streamId"));
comment on policy function_select_chat on public."StreamChunk" is
  'Finishing a stream makes a message of the chunks of the person who asks.';

create policy function_select_live on public."StreamChunk"
  for select to live_definer
  using (true);
comment on policy function_select_live on public."StreamChunk" is
  'Live delivery shows chunks to those who follow their stream.';

-- The first condition is the index's, and keeps the canary.
create policy function_delete on public."StreamChunk"
  for delete to rlschat_purge
  using ("createdAt" < now() at time zone 'utc' - interval '1 hour' and (
    select coalesce(s."finishedAt", s."activeAt" + auth.stream_silence())
      < now() at time zone 'utc' - interval '1 hour'
    from public."Stream" s where s."id" = "StreamChunk"."streamId"));
comment on policy function_delete on public."StreamChunk" is
  'Kept for an hour after the stream was finished or abandoned.';
