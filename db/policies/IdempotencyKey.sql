-- Who may do what to public."IdempotencyKey"
--
--   self              keeps the answers to their own requests
--   everybody else    sees nothing: another person's key is another key

call app_private.reset_policies('public."IdempotencyKey"');

grant select, delete on public."IdempotencyKey" to regular_user;
grant insert ("userId", "key", "requestDigest", "body")
  on public."IdempotencyKey" to regular_user;
grant update ("body") on public."IdempotencyKey" to regular_user;
grant delete on public."IdempotencyKey" to rlschat_purge;

call auth.crud_policy('public."IdempotencyKey"', 'regular_user',
  read => '"userId" = (select auth.uid())',
  modify => '"userId" = (select auth.uid())');

create policy purge_old on public."IdempotencyKey"
  for delete to rlschat_purge
  using ("createdAt" < now() at time zone 'utc' - interval '24 hours');
comment on policy purge_old on public."IdempotencyKey" is 'Kept 24 hours.';
