-- Called where the row has just been changed (in RETURNING), so nothing comes between the comparison
-- and the change, and who may not change the row is told that and not its version.
create or replace function auth.if_match(tag text, expected text[])
  returns boolean
  language plpgsql
  stable
  parallel safe
  set search_path = ''
as $$
begin
  if expected is null or tag = any (expected) then
    return true;
  end if;
  raise exception 'the row has changed' using errcode = 'RC015';
end
$$;
grant execute on function auth.if_match(text, text[]) to regular_user, membership_definer;
comment on function auth.if_match(text, text[]) is
  'True when no tag is expected or the row''s tag is among them. RC015: it is not, and the '
  'statement is undone.';
