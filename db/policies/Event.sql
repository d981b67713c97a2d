-- Who may do what to public."Event"
--
--   everybody         sees nothing: auth.deliver says who may know of which event
--   triggers          write what happened, in the transaction in which it did

call app_private.reset_policies('public."Event"');

-- For functions.

grant select on public."Event" to live_definer;
grant insert ("kind", "rowId", "chatId", "userId", "organizationId", "visibility", "snapshot")
  on public."Event" to record_definer;
grant delete on public."Event" to rlschat_purge;

create policy function_select on public."Event"
  for select to live_definer
  using (true);
comment on policy function_select on public."Event" is 'Live delivery reads the outbox forward.';

create policy function_insert on public."Event"
  for insert to record_definer
  with check (true);
comment on policy function_insert on public."Event" is
  'Triggers of other tables write what happened.';

create policy function_delete on public."Event"
  for delete to rlschat_purge
  using ("createdAt" < now() at time zone 'utc' - interval '1 day');
comment on policy function_delete on public."Event" is 'The purge deletes events after a day.';
