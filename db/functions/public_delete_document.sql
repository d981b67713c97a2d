-- Definer: who holds can_manage_documents alone sees no document, so their own DELETE finds none by
-- its id. It decides nothing: the delete policies of "Document", which judge the person who is
-- asking, hold for auth_definer as well.
create or replace function public.delete_document(
  document_id uuid, after timestamp default '-infinity', expected text[] default null)
  returns bigint
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  versions bigint;
  newest text;
begin
  with gone as (
    delete from public."Document" d where d."id" = document_id and d."createdAt" > after
    returning d."createdAt", d."version")
  select count(*), (array_agg(
    (extract(epoch from g."createdAt") * 1000)::bigint || '-' || g."version"
    order by g."createdAt" desc))[1]
  into versions, newest
  from gone g;
  if versions > 0 then
    perform auth.if_match(newest, expected);
  end if;
  return versions;
end
$$;
alter function public.delete_document(uuid, timestamp, text[]) owner to auth_definer;
grant execute on function public.delete_document(uuid, timestamp, text[]) to regular_user;
comment on function public.delete_document(uuid, timestamp, text[]) is
  'Deletes a document, or its versions after a moment, where the person may: how many versions went. '
  'RC015: the newest has none of the tags that are expected.';
