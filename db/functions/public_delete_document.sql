-- Definer: who holds can_manage_documents alone sees no document, so their own DELETE finds none by
-- its id. It decides nothing: the delete policies of "Document", which judge the person who is
-- asking, hold for auth_definer as well.
create or replace function public.delete_document(
  document_id uuid, after timestamp default '-infinity')
  returns bigint
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  versions bigint;
begin
  delete from public."Document" d where d."id" = document_id and d."createdAt" > after;
  get diagnostics versions = row_count;
  return versions;
end
$$;
alter function public.delete_document(uuid, timestamp) owner to auth_definer;
grant execute on function public.delete_document(uuid, timestamp) to regular_user;
comment on function public.delete_document(uuid, timestamp) is
  'Deletes a document, or its versions after a moment, where the person may: how many versions went.';
