-- What fires on public."Suggestion".

create or replace trigger _100_touch before update on public."Suggestion"
  for each row execute function app_private.tg__touch();

-- Policies and column grants cannot say that one person may change these columns and another
-- those; this does. Not "is distinct from" alone: a statement that clears its identity between two
-- rows would be the author of what nobody's account has written any more.
create or replace function app_private.tg_suggestion__two_people()
  returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if (new."suggestedText", new."description") is distinct from
      (old."suggestedText", old."description")
    and (old."userId" = auth.uid()) is not true
  then
    raise exception 'only the author may reword a suggestion'
      using errcode = 'insufficient_privilege';
  end if;

  if new."isResolved" is distinct from old."isResolved" and not exists (
    select from public."Document" d
    where d."id" = old."documentId" and d."createdAt" = old."documentCreatedAt"
      and d."userId" = auth.uid())
  then
    raise exception 'only the owner of the document may resolve a suggestion'
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
comment on function app_private.tg_suggestion__two_people() is
  'The author rewords, the owner of the document resolves; neither does the other''s.';

create or replace trigger _200_two_people
  before update of "suggestedText", "description", "isResolved" on public."Suggestion"
  for each row execute function app_private.tg_suggestion__two_people();
