create or replace function auth.require_open_stream(finished_at timestamp, active_at timestamp)
  returns void
  language plpgsql
  stable
  set search_path = ''
as $$
begin
  case public.stream_state(finished_at, active_at)
    when 'finished' then raise exception 'the stream is finished' using errcode = 'RC016';
    when 'abandoned' then raise exception 'the stream was abandoned' using errcode = 'RC017';
    else null;
  end case;
end
$$;
grant execute on function auth.require_open_stream(timestamp, timestamp)
  to regular_user, chat_definer;
comment on function auth.require_open_stream(timestamp, timestamp) is
  'Does nothing for an open stream. RC016: it is finished; RC017: it was abandoned.';
