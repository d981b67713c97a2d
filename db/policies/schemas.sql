-- Who may use which schema, the tables of app_private, and sequences
--
--   rlschat_backup    reads all of them: a dump holds the books and the numbers that are next
--   sign_in_definer   counts the migrations
--   chat_definer,     read the settings
--   credit_definer
--   everybody else    nothing
--
-- Later tables and sequences too: db-check names the one that a dump could not read.

grant usage on schema public
  to anonymous, regular_user, rlschat_backup, rlschat_explain, rlschat_purge;
grant usage on schema auth
  to anonymous, regular_user, rlschat_api, rlschat_auth, rlschat_explain, rlschat_live,
    rlschat_stats;
grant usage on schema app_private to rlschat_backup, rlschat_explain;
grant usage on schema monitor to monitor;

grant select on app_private.migration to sign_in_definer;
grant select on app_private.setting to chat_definer, credit_definer;
grant select on all tables in schema app_private to rlschat_backup;
grant select on all sequences in schema public, app_private to rlschat_backup;
alter default privileges in schema app_private grant select on tables to rlschat_backup;
alter default privileges in schema public grant select on sequences to rlschat_backup;

-- Every function role needs the schemas and the functions of constraints and indexes. Functions
-- that it creates are executable by nobody, like ours.
do $$
declare
  definer text;
begin
  for definer in select o.role from app_private.own_role o where o.is_definer loop
    execute format('alter default privileges for role %I revoke execute on functions from public',
      definer);
    execute format('grant usage on schema public, auth, app_private to %I', definer);
    execute format('grant execute on function auth.folded_address(text), app_private.is_blank(text), '
      'app_private.are_permissions(jsonb) to %I', definer);
  end loop;
end
$$;
