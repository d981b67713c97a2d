-- Definer: nobody reads the settings.
create or replace function auth.stream_silence()
  returns interval
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
as $$
begin
  return interval '1 second' * app_private.setting_number('stream_silence_seconds')::integer;
end
$$;
alter function auth.stream_silence() owner to chat_definer;
grant execute on function auth.stream_silence() to anonymous, regular_user, rlschat_purge, live_definer;
comment on function auth.stream_silence() is
  'How long an unfinished stream may be silent: the setting stream_silence_seconds, or 60 seconds.';
