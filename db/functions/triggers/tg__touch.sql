create or replace function app_private.tg__touch()
  returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new."version" := old."version" + 1;
  return new;
end
$$;
-- An explanation fires it on a copy of the table.
grant execute on function app_private.tg__touch() to rlschat_explain;
comment on function app_private.tg__touch() is 'Counts a row''s changes: the version behind an ETag.';
