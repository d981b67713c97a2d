-- Asked before a model is paid for an answer, because a stream takes its price at its end. Two
-- answers at once can both pass: the end of the second then fails.
-- Definer: nobody reads the settings.
create or replace function auth.require_message_allowance()
  returns void
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
begin
  if (select u."creditBalance" from public."User" u where u."id" = auth.uid())
    < app_private.setting_number('stream_price')
  then
    raise exception 'insufficient credits' using errcode = 'RC005';
  end if;
  if coalesce((
      select q."used" from public."Quota" q
      where q."userId" = auth.uid() and q."kind" = 'messages'
        and q."period" = date_trunc('hour', now() at time zone 'utc')), 0)
    >= (select app_private.setting_number(s.name)
      from app_private.setting s where s.name = 'messages_per_hour')
  then
    raise exception 'the message quota is used up' using errcode = 'RC014';
  end if;
end
$$;
alter function auth.require_message_allowance() owner to credit_definer;
grant execute on function auth.require_message_allowance() to regular_user;
comment on function auth.require_message_allowance() is
  'Does nothing if the person''s credits and quota suffice for one more message by a stream. '
  'RC005: insufficient credits; RC014: over the limit.';
