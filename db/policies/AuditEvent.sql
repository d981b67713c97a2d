-- Who may do what to public."AuditEvent"
--
--   self              sees what they did and what concerns them, also after leaving
--   can_view_audit    sees what happened in the organization
--   everybody else    sees nothing
--
-- Not granted: writing to anybody. Triggers append; the purge deletes what is old.

call app_private.reset_policies('public."AuditEvent"');

grant select on public."AuditEvent" to regular_user;

create policy select_self on public."AuditEvent"
  for select to regular_user
  using ("actorId" = (select auth.uid()) or "subjectId" = (select auth.uid()));
comment on policy select_self on public."AuditEvent" is
  'People see what they did and what concerns them, wherever it happened.';

create policy select_permitted on public."AuditEvent"
  for select to regular_user
  using ("organizationId" = (select auth.organization_with('can_view_audit')));
comment on policy select_permitted on public."AuditEvent" is
  'People with can_view_audit see what happened in their organization.';

-- For functions.

grant insert ("actorId", "subjectId", "organizationId", "action", "target", "targetId", "details")
  on public."AuditEvent" to record_definer;
grant delete on public."AuditEvent" to rlschat_purge;

create policy function_insert on public."AuditEvent"
  for insert to record_definer
  with check (true);
comment on policy function_insert on public."AuditEvent" is
  'Triggers of other tables record what happened.';

create policy function_delete on public."AuditEvent"
  for delete to rlschat_purge
  using ("createdAt" < now() at time zone 'utc' - interval '400 days');
comment on policy function_delete on public."AuditEvent" is
  'The purge deletes entries after 400 days.';
