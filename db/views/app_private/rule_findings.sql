-- The catalogue rules, as one view: a row is an object that breaks one, and what to do about it.
-- It is empty when all is well. monitor.findings shows it to operators.
create or replace view app_private.rule_findings (rule, object, finding, remedy) as
select rule, object, finding, remedy from app_private.findings_of_tables
union all
select rule, object, finding, remedy from app_private.findings_of_constraints
union all
select rule, object, finding, remedy from app_private.findings_of_policies
union all
select rule, object, finding, remedy from app_private.findings_of_policy_expressions
union all
select rule, object, finding, remedy from app_private.findings_of_policy_recursion
union all
select rule, object, finding, remedy from app_private.findings_of_functions
union all
select rule, object, finding, remedy from app_private.findings_of_grants
union all
select rule, object, finding, remedy from app_private.findings_of_schemas
union all
select rule, object, finding, remedy from app_private.findings_of_roles
union all
select rule, object, finding, remedy from app_private.findings_of_objects
union all
select rule, object, finding, remedy from app_private.findings_of_settings;
comment on view app_private.rule_findings is
  'Objects that break a catalogue rule, each with what to do; empty when all is well.';
