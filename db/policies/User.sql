-- Who may do what to public."User"
--
--   self              sees their row but for "password", and deletes it (their account)
--   everybody else    sees nothing; colleagues see each other through the view "Colleague"
--
-- Not granted: "password" to any role of a request; inserting and updating to anybody: people come
-- by signing up, and what changes in this row changes by a function.

call app_private.reset_policies('public."User"', canary => 'id');

grant select ("id", "email", "creditBalance", "organizationId", "roleId", "managerId",
  "emailVerified", "joinedAt", "createdAt", "version") on public."User" to regular_user;
grant delete on public."User" to regular_user;

create policy select_self on public."User"
  for select to regular_user
  using ("id" = (select auth.uid()));
comment on policy select_self on public."User" is 'People see their own row.';

create policy delete_self on public."User"
  for delete to regular_user
  using ("id" = (select auth.uid()));
comment on policy delete_self on public."User" is 'People delete their own account.';

-- For functions.

grant select ("id", "email", "organizationId", "roleId", "managerId") on public."User"
  to identity_definer, live_definer;
grant select ("id", "email", "emailVerified", "password", "organizationId") on public."User"
  to sign_in_definer;
grant insert ("id", "email", "password") on public."User" to sign_in_definer;
grant update ("email", "emailVerified", "password") on public."User" to sign_in_definer;
grant select ("id", "email", "emailVerified", "organizationId", "roleId", "managerId", "joinedAt")
  on public."User" to membership_definer;
grant update ("organizationId", "roleId", "managerId", "joinedAt") on public."User"
  to membership_definer;
grant select ("id", "creditBalance") on public."User" to credit_definer;
grant update ("creditBalance") on public."User" to credit_definer;
grant select ("id", "email") on public."User" to record_definer;

create policy function_select on public."User"
  for select to credit_definer, identity_definer, live_definer,
    membership_definer, record_definer, sign_in_definer
  using (true);
comment on policy function_select on public."User" is
  'Functions find any person; the granted columns say what they see of them.';

create policy function_insert on public."User"
  for insert to sign_in_definer
  with check (true);
comment on policy function_insert on public."User" is
  'Signing up by password, and on_auth_user_created for an OAuth account.';

create policy function_update on public."User"
  for update to credit_definer, membership_definer, sign_in_definer
  using (true)
  with check (true);
comment on policy function_update on public."User" is
  'Balance, membership and sign-in change by functions, each in its own columns.';
