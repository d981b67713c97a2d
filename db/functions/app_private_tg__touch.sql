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
comment on function app_private.tg__touch() is 'Counts a row''s changes: the version behind an ETag.';

create or replace trigger _100_touch before update on public."User"
  for each row execute function app_private.tg__touch();
create or replace trigger _100_touch before update on public."Organization"
  for each row execute function app_private.tg__touch();
create or replace trigger _100_touch before update on public."Role"
  for each row execute function app_private.tg__touch();
create or replace trigger _100_touch before update on public."Chat"
  for each row execute function app_private.tg__touch();
create or replace trigger _100_touch before update on public."Message"
  for each row execute function app_private.tg__touch();
create or replace trigger _100_touch before update on public."Document"
  for each row execute function app_private.tg__touch();
create or replace trigger _100_touch before update on public."Suggestion"
  for each row execute function app_private.tg__touch();
