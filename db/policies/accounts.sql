-- Who may do what to public.accounts
--
--   self              sees which accounts sign them in, and unlinks one (not the last way in)
--   everybody else    sees nothing
--
-- Not granted: the token columns to any role of a request; linking, which is a function's.

call app_private.reset_policies('public.accounts');

grant select ("type", "provider", "providerAccountId", "scope") on public.accounts to regular_user;
grant delete on public.accounts to regular_user;
grant select, insert, update, delete on public.accounts to auth_definer;

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

create policy function_select on public.accounts
  for select to auth_definer
  using (true);
comment on policy function_select on public.accounts is 'OAuth sign-in finds whose account it is.';

create policy function_insert on public.accounts
  for insert to auth_definer
  with check (true);
comment on policy function_insert on public.accounts is 'OAuth sign-in links an account.';

create policy function_update on public.accounts
  for update to auth_definer
  using (true)
  with check (true);
comment on policy function_update on public.accounts is
  'OAuth sign-in stores the tokens that the provider gave last.';

create policy function_delete on public.accounts
  for delete to auth_definer
  using (true);
comment on policy function_delete on public.accounts is
  'Resetting a password by an address never verified before unlinks what was linked without it.';
