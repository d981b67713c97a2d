-- Who may do what to public."Quota"
--
--   self              sees what they have used
--   everybody else    sees nothing
--
-- Not granted: writing to anybody; functions count.

call app_private.reset_policies('public."Quota"');

grant select on public."Quota" to regular_user;
grant select, insert on public."Quota" to auth_definer;
grant update ("used") on public."Quota" to auth_definer;
grant delete on public."Quota" to rlschat_purge;

create policy user_owned_select on public."Quota"
  for select to regular_user
  using ("userId" = (select auth.uid()));
comment on policy user_owned_select on public."Quota" is 'People see what they have used.';

create policy definer_select on public."Quota"
  for select to auth_definer
  using (true);
comment on policy definer_select on public."Quota" is 'Counting reads what is used.';

create policy definer_insert on public."Quota"
  for insert to auth_definer
  with check (true);
comment on policy definer_insert on public."Quota" is 'The first use in a period.';

create policy definer_update on public."Quota"
  for update to auth_definer
  using (true)
  with check (true);
comment on policy definer_update on public."Quota" is 'Each further use.';

create policy purge_old on public."Quota"
  for delete to rlschat_purge
  using ("period" < now() at time zone 'utc' - interval '7 days');
comment on policy purge_old on public."Quota" is 'Kept seven days past the period''s begin.';
