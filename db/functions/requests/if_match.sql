-- Called in RETURNING, so nothing comes between the comparison and the change, and people who may
-- not change the row are denied before they learn its version. Functions that change a member call
-- it under the lock of app_private.lock_colleague.
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
  'True when no tag is expected or the row has one of them. RC015: it has not; the statement is '
  'undone.';
