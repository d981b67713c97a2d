create or replace function public.stream_state(finished_at timestamp, active_at timestamp)
  returns text
  language plpgsql
  stable
  parallel safe
  set search_path = ''
as $$
begin
  return case
    when finished_at is not null then 'finished'
    when active_at + auth.stream_silence() > now() at time zone 'utc' then 'open'
    else 'abandoned'
  end;
end
$$;
grant execute on function public.stream_state(timestamp, timestamp)
  to anonymous, regular_user, chat_definer, live_definer;
comment on function public.stream_state(timestamp, timestamp) is
  'The state of a stream: open, finished or abandoned.';
