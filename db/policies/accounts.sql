-- Who may do what to public.accounts
--
--   self              sees which accounts sign them in, and unlinks one (not the last way in)
--   everybody else    sees nothing
--
-- Not granted: the token columns to any role of a request; linking, which is a function's.

call app_private.reset_policies('public.accounts', canary => 'userId');

grant select ("type", "provider", "providerAccountId", "scope") on public.accounts to regular_user;
grant delete on public.accounts to regular_user;

create policy select_self on public.accounts
  for select to regular_user
  using ("userId" = (select auth.uid()));
comment on policy select_self on public.accounts is 'People see their own accounts.';

create policy delete_self on public.accounts
  for delete to regular_user
  using ("userId" = (select auth.uid()));
comment on policy delete_self on public.accounts is
  'People unlink their own accounts; a trigger keeps the last way in.';

-- For functions.

grant select ("userId", "provider", "providerAccountId") on public.accounts to sign_in_definer;
grant insert ("userId", "type", "provider", "providerAccountId", "scope") on public.accounts
  to sign_in_definer;
grant update ("access_token", "refresh_token", "id_token", "token_type", "expires_at")
  on public.accounts to sign_in_definer;
grant delete on public.accounts to sign_in_definer;

create policy function_select on public.accounts
  for select to sign_in_definer
  using (true);
comment on policy function_select on public.accounts is
  'OAuth sign-in finds out whose account it is.';

create policy function_insert on public.accounts
  for insert to sign_in_definer
  with check ("type" = 'oauth');
comment on policy function_insert on public.accounts is 'OAuth sign-in links an account.';

create policy function_update on public.accounts
  for update to sign_in_definer
  using (true)
  with check (true);
comment on policy function_update on public.accounts is
  'OAuth sign-in stores the tokens that the provider gave last.';

create policy function_delete on public.accounts
  for delete to sign_in_definer
  using (true);
comment on policy function_delete on public.accounts is
  'Resetting a password by an address never verified before unlinks what was linked without it.';
