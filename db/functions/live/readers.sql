-- Who sees which chats, for many people at once: the SELECT policies of "Chat" in the form of a join.
-- Whoever changes one of the two changes the other; a test compares them over random worlds.
--
-- A chat is given as it stands, or as it stood when something in it went. A subscriber wants one chat,
-- or (null) all that are theirs: owned or their organization's, and not what is merely public. For
-- these only chats with news are asked.
-- Definer: it reads everybody's membership.
create or replace function auth.readers(
  people uuid[], wanted uuid[],
  chats uuid[], owners uuid[], organizations uuid[], visibilities text[], news boolean[])
  returns table (subscriber integer, chat integer)
  language plpgsql
  stable
  parallel safe
  security definer
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
    select c.n::integer as n, c.id, c.owner, c.organization, c.visibility, c.is_news,
      case when c.organization is null then c.owner end as personal
    from unnest(chats, owners, organizations, visibilities, news) with ordinality
      as c (id, owner, organization, visibility, is_news, n)
  )
  select s.n, c.n from s join c on c.id = s.wants
  where c.visibility = 'public'
    or c.organization = s.membership
    or c.organization is null and c.owner = s.person
  union all
  select s.n, c.n from s join c on c.organization = s.membership
  where s.wants is null and c.is_news
  union all
  select s.n, c.n from s join c on c.personal = s.person
  where s.wants is null and c.is_news;
end
$$;
alter function auth.readers(uuid[], uuid[], uuid[], uuid[], uuid[], text[], boolean[])
  owner to auth_definer;
comment on function auth.readers(uuid[], uuid[], uuid[], uuid[], uuid[], text[], boolean[]) is
  'Which of these subscribers see which of these chats, each by its place in the arrays: what the '
  'policies of "Chat" say.';
