create or replace view monitor.migrations with (security_barrier) as
  select m.name, m.hash, m."appliedAt" as applied_at from app_private.migration m;
grant select on monitor.migrations to monitor;
comment on view monitor.migrations is 'The files of db/ that this database has, with their hashes.';
