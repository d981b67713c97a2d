-- Who may do what to public."IdempotencyKey"
--
--   self              keeps the responses to their own requests
--   everybody else    sees nothing: another person's key is another key

call app_private.reset_policies('public."IdempotencyKey"');

grant select, delete on public."IdempotencyKey" to regular_user;
grant insert ("userId", "key", "requestDigest", "body")
  on public."IdempotencyKey" to regular_user;
grant update ("body") on public."IdempotencyKey" to regular_user;

call app_private.crud_policy('public."IdempotencyKey"', 'regular_user', named => '{command}_self',
  rule => '"userId" = (select auth.uid())');
comment on policy select_self on public."IdempotencyKey" is
  'People find the keys of their own requests.';
comment on policy insert_self on public."IdempotencyKey" is 'People store a key as themselves.';
comment on policy update_self on public."IdempotencyKey" is
  'People store the response to their own request.';
comment on policy delete_self on public."IdempotencyKey" is 'People delete their own keys.';

-- For functions.

grant delete on public."IdempotencyKey" to rlschat_purge;

create policy function_delete on public."IdempotencyKey"
  for delete to rlschat_purge
  using ("createdAt" < now() at time zone 'utc' - interval '24 hours');
comment on policy function_delete on public."IdempotencyKey" is
  'The purge deletes keys after 24 hours.';
