-- Who may do what to public."User"
--
--   self              sees their row but for "password", and deletes it (their account)
--   everybody else    sees nothing; colleagues see each other through the view "Colleague"
--
-- Not granted: "password" to any role of a request; inserting and updating to anybody: people come
-- by signing up, and what changes in this row changes by a function.

call app_private.reset_policies('public."User"');

grant select ("id", "email", "creditBalance", "organizationId", "roleId", "managerId",
  "emailVerified", "joinedAt", "createdAt", "version") on public."User" to regular_user;
grant delete on public."User" to regular_user;
grant select, insert, update on public."User" to auth_definer;

create policy select_self on public."User"
  for select to regular_user
  using ("id" = (select auth.uid()));
comment on policy select_self on public."User" is 'People see their own row.';

create policy delete_self on public."User"
  for delete to regular_user
  using ("id" = (select auth.uid()));
comment on policy delete_self on public."User" is 'People delete their own account.';

-- For functions.

create policy function_select on public."User"
  for select to auth_definer
  using (true);
comment on policy function_select on public."User" is
  'auth.uid() and its kin find out who is asking; sign-in finds a person by e-mail.';

create policy function_insert on public."User"
  for insert to auth_definer
  with check (true);
comment on policy function_insert on public."User" is
  'Signing up by password, and on_auth_user_created for an OAuth account.';

create policy function_update on public."User"
  for update to auth_definer
  using (true)
  with check (true);
comment on policy function_update on public."User" is
  'Joining, leaving, role, manager, balance, verified e-mail and password change by functions.';
