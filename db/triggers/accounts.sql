-- Triggers of public.accounts.

-- Definer: it reads whether there is a password, and locks the person's row against two at once.
create or replace function app_private.tg_accounts__last_way_in()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  has_password boolean;
begin
  select u."password" is not null and u."email" <> '' into has_password
  from public."User" u where u."id" = old."userId"
  for update;

  -- No such person: the account goes with them.
  if found and not has_password and not exists (
    select from public.accounts a
    where a."userId" = old."userId"
      and (a."provider", a."providerAccountId") <> (old."provider", old."providerAccountId"))
  then
    raise exception 'the last way to sign in cannot be unlinked' using errcode = 'RC008';
  end if;
  return old;
end
$$;
alter function app_private.tg_accounts__last_way_in() owner to sign_in_definer;
comment on function app_private.tg_accounts__last_way_in() is
  'Refuses to unlink the last way to sign in.';

create or replace trigger _200_last_way_in
  before delete on public.accounts
  for each row execute function app_private.tg_accounts__last_way_in();

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
alter function app_private.tg_accounts__audit() owner to record_definer;
comment on function app_private.tg_accounts__audit() is
  'Records linked and unlinked accounts in the audit trail.';

create or replace trigger _400_audit
  after insert or delete on public.accounts
  for each row execute function app_private.tg_accounts__audit();

-- The seed's function, which could not work as written: there the foreign key of accounts is
-- checked before an AFTER trigger can make the person, and varchar is compared with numeric.
-- Definer: nobody inserts into "User".
create or replace function public.handle_new_user()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  -- The e-mail address follows once the provider has said that it is verified.
  -- The balance is its default, 0.00.
  insert into public."User" ("id", "email") values (new."userId", '')
  on conflict ("id") do nothing;
  return null;
end
$$;
alter function public.handle_new_user() owner to sign_in_definer;
comment on function public.handle_new_user() is
  'Creates the person of a new OAuth account, if missing.';

create or replace trigger on_auth_user_created
  after insert on public.accounts
  for each row when (new."type" = 'oauth')
  execute function public.handle_new_user();
