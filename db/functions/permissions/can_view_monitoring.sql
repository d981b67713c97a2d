-- On the API's logins, the permission of the person who is verified there, so that SQL which becomes
-- the role monitor without one sees nothing. Who comes by another login and says nobody's name holds
-- the role monitor, or owns all of it, by an operator's grant: db-check, and people at psql.
-- Definer: reads the person's role.
create or replace function auth.can_view_monitoring()
  returns boolean
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
begin
  -- Not by auth.uid(), so that db-check works where that is what is broken.
  if session_user not in ('rlschat_api', 'rlschat_auth', 'rlschat_live')
    and coalesce(current_setting('auth.uid', true), '') = ''
  then
    return true;
  end if;
  return auth.permissions() ? 'can_view_monitoring';
end
$$;
alter function auth.can_view_monitoring() owner to identity_definer;
grant usage on schema auth to rlschat_stats;
grant execute on function auth.can_view_monitoring()
  to monitor, rlschat_api, rlschat_owner, rlschat_stats;
comment on function auth.can_view_monitoring() is
  'Whether who asks may look at the system: holders of can_view_monitoring, and operators at psql.';
