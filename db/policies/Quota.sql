-- Who may do what to public."Quota"
--
--   self              sees what they have used
--   everybody else    sees nothing
--
-- Not granted: writing to anybody; functions count.

call app_private.reset_policies('public."Quota"');

grant select on public."Quota" to regular_user;

create policy select_self on public."Quota"
  for select to regular_user
  using ("userId" = (select auth.uid()));
comment on policy select_self on public."Quota" is 'People see what they have used.';

-- For functions.

grant select, insert on public."Quota" to credit_definer;
grant update ("used") on public."Quota" to credit_definer;
grant delete on public."Quota" to rlschat_purge;

create policy function_select on public."Quota"
  for select to credit_definer
  using (true);
comment on policy function_select on public."Quota" is 'Counting reads what was used so far.';

create policy function_insert on public."Quota"
  for insert to credit_definer
  with check (true);
comment on policy function_insert on public."Quota" is
  'Counting starts a period with its first use.';

create policy function_update on public."Quota"
  for update to credit_definer
  using (true)
  with check (true);
comment on policy function_update on public."Quota" is 'Counting adds each further use.';

create policy function_delete on public."Quota"
  for delete to rlschat_purge
  using ("period" < now() at time zone 'utc' - interval '7 days');
comment on policy function_delete on public."Quota" is
  'The purge deletes counts seven days after their period began.';
