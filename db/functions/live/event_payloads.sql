-- What a page of events says, one after the other in the order that is given: of what was given, "payload"
-- is null where the row has gone, and after so many characters it ends with "is_cut".
create or replace function auth.event_payloads(
  ids bigint[], kinds text[], row_ids uuid[], within uuid[], characters integer)
  returns table ("id" bigint, payload text, is_cut boolean)
  language plpgsql
  stable
  set search_path = ''
  rows 100
as $$
declare
  said integer := 0;
  e record;
begin
  for e in
    select u.* from unnest(ids, kinds, row_ids, within) as u (id, kind, row_id, owner)
  loop
    "id" := e.id;
    payload := auth.event_payload(e.kind, e.row_id, e.owner);
    said := said + coalesce(length(payload), 0);
    is_cut := said > characters;
    return next;
    exit when is_cut;
  end loop;
end
$$;
alter function auth.event_payloads(bigint[], text[], uuid[], uuid[], integer) owner to auth_definer;
comment on function auth.event_payloads(bigint[], text[], uuid[], uuid[], integer) is
  'The rows that events are about, as the API shows them now, as far as a page of them may be large.';
