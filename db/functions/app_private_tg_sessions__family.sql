-- Definer: what ends is the whole sign-in, also rows of it that the person does not name.
create or replace function app_private.tg_sessions__family()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  delete from public.sessions s where s."family" = old."family";
  return null;
end
$$;
alter function app_private.tg_sessions__family() owner to auth_definer;
comment on function app_private.tg_sessions__family() is
  'With a session goes its family: access tokens from before the last refresh end too.';

create or replace trigger _200_family
  after delete on public.sessions
  for each row when (old."rotated" is null)
  execute function app_private.tg_sessions__family();
