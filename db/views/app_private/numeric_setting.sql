create or replace view app_private.numeric_setting as
  select v.name, v.pattern, v.fallback
  from (values
    ('messages_per_hour', '^[0-9]{1,9}$', 600),
    ('stream_price', '^[0-9]{1,15}(\.[0-9]{1,2})?$', 0::numeric),
    ('stream_silence_seconds', '^[1-9][0-9]{0,5}$', 60)) as v (name, pattern, fallback);
grant select on app_private.numeric_setting to chat_definer, credit_definer;
comment on view app_private.numeric_setting is
  'Settings that are numbers: how one is written, and what holds where none is or a malformed one.';
