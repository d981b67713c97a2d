-- Who may do what to public."verificationToken"
--
--   everybody         sees nothing: only functions of the sign-in connection touch it

call app_private.reset_policies('public."verificationToken"');

-- For functions.

grant select, insert, delete on public."verificationToken" to sign_in_definer;
grant delete on public."verificationToken" to rlschat_purge;

create policy function_select on public."verificationToken"
  for select to sign_in_definer
  using (true);
comment on policy function_select on public."verificationToken" is
  'Verifying finds a token by its digest.';

create policy function_insert on public."verificationToken"
  for insert to sign_in_definer
  with check (true);
comment on policy function_insert on public."verificationToken" is
  'A token is stored before its link is mailed.';

create policy function_delete_sign_in on public."verificationToken"
  for delete to sign_in_definer
  using (true);
comment on policy function_delete_sign_in on public."verificationToken" is
  'A token is used once, and replaced by a newer one.';

create policy function_delete_purge on public."verificationToken"
  for delete to rlschat_purge
  using ("expires" < now() at time zone 'utc');
comment on policy function_delete_purge on public."verificationToken" is
  'The purge deletes expired tokens.';
