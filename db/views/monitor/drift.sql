-- Objects that differ from the last migration. Another major version may print definitions
-- differently; then nothing is shown.
create or replace view monitor.drift with (security_barrier) as
  select 'drift' as rule,
    coalesce(f.kind, d.kind) || ' ' || coalesce(f.name, d.name) as object,
    case when f.kind is null then 'is not from these files'
      when d.kind is null then 'is missing' else 'differs' end as finding,
    'make db-apply-functions' as remedy, f.definition as expected, d.definition as installed
  from (select s.* from app_private.fingerprint s where s.kind <> 'server') f
  full join app_private.definitions() d on d.kind = f.kind and d.name = f.name
  where f.definition is distinct from d.definition
    and current_setting('server_version_num')::integer / 10000 = (
      select s.definition::integer from app_private.fingerprint s where s.kind = 'server')
    and (select auth.can_view_monitoring());
grant select on monitor.drift to monitor;
comment on view monitor.drift is 'Objects that are not as the last migration left them.';
