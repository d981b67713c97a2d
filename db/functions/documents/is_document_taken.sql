-- Definer: it answers for versions that the person cannot see, but only yes or no, and only about
-- an id that they already know. A constraint holds the same against a race.
create or replace function auth.is_document_taken(document_id uuid)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 100
as $$
begin
  return exists (
    select from public."Document" d where d."id" = document_id and d."userId" <> (select auth.uid()));
end
$$;
alter function auth.is_document_taken(uuid) owner to identity_definer;
grant execute on function auth.is_document_taken(uuid) to regular_user;
comment on function auth.is_document_taken(uuid) is
  'Whether a document of this id has another owner than the person.';
