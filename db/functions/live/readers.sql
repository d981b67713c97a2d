-- Which chats each subscriber sees: the SELECT policies of "Chat" in the form of a join, for many
-- people at once. Change both together; a test compares them over random worlds.
--
-- A chat is given as it is (app_private.chat_readers), or as it was when a row in it was deleted
-- (app_private.deletion_audience). A subscriber wants one chat, or (null) all of their own: those
-- they own and those of their organization, not those that are merely public.
create or replace function app_private.readers(
  people uuid[], wanted uuid[],
  chats uuid[], owners uuid[], organizations uuid[], visibilities text[])
  returns table (subscriber integer, chat integer)
  language plpgsql
  stable
  parallel safe
  set search_path = ''
  rows 1000
as $$
begin
  return query
  with s as materialized (
    select s.n::integer as n, s.person, s.wants, u."organizationId" as membership
    from unnest(people, wanted) with ordinality as s (person, wants, n)
    left join public."User" u on u."id" = s.person
    where s.wants is null or s.wants in (select unnest(chats))
  ), c as materialized (
    select c.n::integer as n, c.id, c.owner, c.organization, c.visibility,
      case when c.organization is null then c.owner end as personal
    from unnest(chats, owners, organizations, visibilities) with ordinality
      as c (id, owner, organization, visibility, n)
  )
  select s.n, c.n from s join c on c.id = s.wants
  where c.visibility = 'public'
    or c.organization = s.membership
    or c.organization is null and c.owner = s.person
  union all
  select s.n, c.n from s join c on c.organization = s.membership where s.wants is null
  union all
  select s.n, c.n from s join c on c.personal = s.person where s.wants is null;
end
$$;
alter function app_private.readers(uuid[], uuid[], uuid[], uuid[], uuid[], text[])
  owner to live_definer;
comment on function app_private.readers(uuid[], uuid[], uuid[], uuid[], uuid[], text[]) is
  'Which of these subscribers see which of these chats, each by its place in the arrays: what the '
  'policies of "Chat" say.';
