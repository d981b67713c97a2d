-- Who may do what to the tables of app_private, and to sequences
--
--   rlschat_backup    reads all of them: a dump holds the books and the numbers that are next
--   auth_definer      reads the settings (said where the table is made), counts the migrations
--   everybody else    nothing
--
-- Later tables and sequences too: db-check names the one that a dump could not read.

grant select on app_private.migration to auth_definer;
grant usage on schema app_private to rlschat_backup;
grant select on all tables in schema app_private to rlschat_backup;
grant select on all sequences in schema public, app_private to rlschat_backup;
alter default privileges in schema app_private grant select on tables to rlschat_backup;
alter default privileges in schema public grant select on sequences to rlschat_backup;
