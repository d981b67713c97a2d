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
  insert into public."User" ("id", "email", "creditBalance")
  values (new."userId", '', 0.00)
  on conflict ("id") do nothing;
  return null;
end
$$;
alter function public.handle_new_user() owner to auth_definer;
comment on function public.handle_new_user() is
  'Makes sure that the person behind a new OAuth account exists.';

create or replace trigger on_auth_user_created
  after insert on public.accounts
  for each row when (new."type" = 'oauth')
  execute function public.handle_new_user();
