-- The catalogue rule of settings.
create or replace view app_private.findings_of_settings (rule, object, finding, remedy) as
select 'setting', s.name, format('is malformed, so that %s holds', n.fallback),
  'update app_private.setting: docs/operating.md says how'
from app_private.setting s join app_private.numeric_setting n on n.name = s.name
where s.value !~ n.pattern;
comment on view app_private.findings_of_settings is 'Settings that break a catalogue rule.';
