-- Definer: writes "AuditEvent".
create or replace function app_private.tg_accounts__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app_private.audit_record('account_linked', 'accounts',
      new."provider" || '/' || new."providerAccountId", new."userId",
      actor => coalesce(auth.uid(), new."userId"));
  elsif exists (select from public."User" u where u."id" = old."userId") then
    perform app_private.audit_record('account_unlinked', 'accounts',
      old."provider" || '/' || old."providerAccountId", old."userId");
  end if;
  return null;
end
$$;
alter function app_private.tg_accounts__audit() owner to auth_definer;
comment on function app_private.tg_accounts__audit() is
  'Linking and unlinking a way to sign in leave a trace.';

create or replace trigger _400_audit
  after insert or delete on public.accounts
  for each row execute function app_private.tg_accounts__audit();
