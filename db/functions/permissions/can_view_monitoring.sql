-- On the API's logins the caller needs the permission, so injected SQL that becomes monitor without
-- it sees nothing. Any other login without an auth.uid has been granted monitor or ownership by an
-- operator: db-check, psql.
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
  if session_user not in ('rlschat_api', 'rlschat_auth', 'rlschat_explain', 'rlschat_live')
    and coalesce(current_setting('auth.uid', true), '') = ''
  then
    return true;
  end if;
  return auth.permissions() ? 'can_view_monitoring';
end
$$;
alter function auth.can_view_monitoring() owner to identity_definer;
grant execute on function auth.can_view_monitoring()
  to monitor, record_definer, rlschat_api, rlschat_owner, rlschat_stats;
comment on function auth.can_view_monitoring() is
  'Whether the caller may read schema monitor: a holder of can_view_monitoring, or an operator at '
  'psql.';
