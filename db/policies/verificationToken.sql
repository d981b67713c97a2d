-- Who may do what to public."verificationToken"
--
--   everybody         sees nothing: only functions of the sign-in connection touch it

call app_private.reset_policies('public."verificationToken"');

grant select, insert, delete on public."verificationToken" to auth_definer;
grant delete on public."verificationToken" to rlschat_purge;

-- For functions.

create policy function_select on public."verificationToken"
  for select to auth_definer
  using (true);
comment on policy function_select on public."verificationToken" is
  'Verifying finds a token by its digest.';

create policy function_insert on public."verificationToken"
  for insert to auth_definer
  with check (true);
comment on policy function_insert on public."verificationToken" is
  'A token is stored before its link is mailed.';

create policy function_delete on public."verificationToken"
  for delete to auth_definer
  using (true);
comment on policy function_delete on public."verificationToken" is
  'A token is used once; a new one replaces those before.';

create policy function_delete_purge on public."verificationToken"
  for delete to rlschat_purge
  using ("expires" < now() at time zone 'utc');
comment on policy function_delete_purge on public."verificationToken" is
  'The purge deletes expired tokens.';
