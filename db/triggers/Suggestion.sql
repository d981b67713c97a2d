-- Triggers of public."Suggestion".

create or replace trigger _100_touch before update on public."Suggestion"
  for each row execute function app_private.tg__touch();

-- Column grants cannot separate the author's columns from the owner's. "is not true": a statement
-- that clears its identity between two rows must not match an author that is null.
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
-- An explanation fires it on a copy of the table.
grant execute on function app_private.tg_suggestion__two_people() to rlschat_explain;
comment on function app_private.tg_suggestion__two_people() is
  'Only the author rewords a suggestion; only the owner of the document resolves it.';

create or replace trigger _200_two_people
  before update of "suggestedText", "description", "isResolved" on public."Suggestion"
  for each row execute function app_private.tg_suggestion__two_people();
