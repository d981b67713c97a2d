-- db-check, the tests and the monitoring pages read it.
create or replace view monitor.findings with (security_barrier) as
  select f.rule, f.object, f.finding, f.remedy
  from app_private.rule_findings f
  where (select auth.can_view_monitoring());
grant select on monitor.findings to monitor;
comment on view monitor.findings is
  'Objects that break a catalogue rule, each with what to do; empty when all is well.';
