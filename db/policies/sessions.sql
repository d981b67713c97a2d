-- Who may do what to public.sessions
--
--   self              sees their sign-ins (not the digests, nor the single pairs), and ends them
--   everybody else    sees nothing; holders of can_impersonate open one in a person's name, by a
--                     function, with which nothing can be written
--
-- Not granted: the digests to any role of a request; opening and refreshing, which are functions'.

call app_private.reset_policies('public.sessions', canary => 'userId');

grant select ("id", "expires", "createdAt", "lastUsed", "client") on public.sessions
  to regular_user;
grant delete on public.sessions to regular_user;

create policy select_self on public.sessions
  for select to regular_user
  using ("userId" = (select auth.uid()) and "familyId" is null and "revoked" is null);
comment on policy select_self on public.sessions is
  'People see their own sign-ins: one row each, however many pairs of tokens it has.';

create policy delete_self on public.sessions
  for delete to regular_user
  using ("userId" = (select auth.uid()));
comment on policy delete_self on public.sessions is 'People sign out, here or elsewhere.';

-- For functions.

grant select, delete on public.sessions to sign_in_definer;
grant insert ("userId", "familyId", "expires", "sessionToken", "secretDigest", "createdAt",
  "lastUsed", "client", "impersonatorId") on public.sessions to sign_in_definer;
grant update ("expires", "sessionToken", "secretDigest", "lastUsed", "client", "rotated", "uses",
  "revoked") on public.sessions to sign_in_definer;
grant select ("id", "familyId", "userId", "secretDigest", "expires", "revoked") on public.sessions
  to identity_definer, live_definer;
grant select ("impersonatorId") on public.sessions to identity_definer;
grant delete on public.sessions to rlschat_purge;

create policy function_select on public.sessions
  for select to identity_definer
  using ("revoked" is null);
comment on policy function_select on public.sessions is 'auth.uid() verifies the session of a request.';

create policy function_select_live on public.sessions
  for select to live_definer
  using ("revoked" is null and "impersonatorId" is null);
comment on policy function_select_live on public.sessions is
  'Live delivery verifies the session of a subscriber, who is never an impersonator.';

create policy function_select_sign_in on public.sessions
  for select to sign_in_definer
  using (true);
comment on policy function_select_sign_in on public.sessions is
  'Refreshing finds the row of a token.';

create policy function_insert on public.sessions
  for insert to sign_in_definer
  with check (true);
comment on policy function_insert on public.sessions is 'Signing in and refreshing open a session.';

create policy function_update on public.sessions
  for update to sign_in_definer
  using (true)
  with check (true);
comment on policy function_update on public.sessions is 'Refreshing, and revoking a sign-in.';

create policy function_delete_sign_in on public.sessions
  for delete to sign_in_definer
  using (true);
comment on policy function_delete_sign_in on public.sessions is
  'Signing out. The pairs of tokens go with their sign-in.';

create policy function_delete_purge on public.sessions
  for delete to rlschat_purge
  using ("expires" < now() at time zone 'utc' - interval '7 days');
comment on policy function_delete_purge on public.sessions is
  'The purge deletes sessions seven days after their end, so that a late reuse is recognized.';
