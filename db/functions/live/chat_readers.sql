create or replace function app_private.chat_readers(people uuid[], wanted uuid[], chats uuid[])
  returns table (subscriber integer, chat uuid)
  language plpgsql
  stable
  set search_path = ''
  rows 1000
as $$
begin
  return query
  select r.subscriber, c.ids[r.chat]
  from (
    select array_agg(c."id") as ids, array_agg(c."userId") as owners,
      array_agg(c."organizationId") as organizations,
      array_agg(c."visibility"::text) as visibilities
    from public."Chat" c
    where c."id" = any (chats)
  ) c
  cross join lateral app_private.readers(
    people, wanted, c.ids, c.owners, c.organizations, c.visibilities) r;
end
$$;
alter function app_private.chat_readers(uuid[], uuid[], uuid[]) owner to live_definer;
comment on function app_private.chat_readers(uuid[], uuid[], uuid[]) is
  'Which of these subscribers, by their places in the arrays, see which of these chats now.';
