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
    raise exception 'this account is the last way to sign in' using errcode = 'RC008';
  end if;
  return old;
end
$$;
alter function app_private.tg_accounts__last_way_in() owner to auth_definer;
comment on function app_private.tg_accounts__last_way_in() is
  'Nobody unlinks the account without which they could not sign in.';

create or replace trigger _200_last_way_in
  before delete on public.accounts
  for each row execute function app_private.tg_accounts__last_way_in();
