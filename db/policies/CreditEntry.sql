-- Who may do what to public."CreditEntry"
--
--   self              sees their own entries
--   everybody else    sees nothing
--
-- Not granted: writing to anybody. public.grant_credits() and public.spend_credits() append.

call app_private.reset_policies('public."CreditEntry"');

grant select on public."CreditEntry" to regular_user;

create policy select_self on public."CreditEntry"
  for select to regular_user
  using ("userId" = (select auth.uid()));
comment on policy select_self on public."CreditEntry" is 'People see their own ledger.';

-- For functions.

grant insert ("userId", "amount", "reason", "grantedBy") on public."CreditEntry" to credit_definer;
grant select ("balance") on public."CreditEntry" to credit_definer;

create policy function_select on public."CreditEntry"
  for select to credit_definer
  using (true);
comment on policy function_select on public."CreditEntry" is
  'Granting and spending return the balance after the entry.';

create policy function_insert on public."CreditEntry"
  for insert to credit_definer
  with check (true);
comment on policy function_insert on public."CreditEntry" is
  'Granting and spending append an entry.';
