-- Definer: nobody updates sessions.
create or replace function app_private.tg_sessions__family()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  update public.sessions s set "revoked" = new."revoked"
  where s."familyId" = new."id" and s."revoked" is null;
  return null;
end
$$;
alter function app_private.tg_sessions__family() owner to auth_definer;
comment on function app_private.tg_sessions__family() is
  'With a sign-in all its pairs are revoked, those included that were added while it was waited for.';

create or replace trigger _200_family
  after update of "revoked" on public.sessions
  for each row when (new."familyId" is null and new."revoked" is not null)
  execute function app_private.tg_sessions__family();
