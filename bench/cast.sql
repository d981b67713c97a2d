with picked as (
  select c.*, row_number() over (
    partition by "visibility", "organizationId" is null order by "id") as nth
  from public."Chat" c
  where c."title" like 'Chat %'
)
select who."id", who.secret, c."id", m."id", false
from picked c
cross join lateral (
  select m."id" from public."Message" m where m."chatId" = c."id" order by m."createdAt" limit 1) as m
cross join lateral (
  select null::uuid as "id", null as secret
  union all
  (select u."id", 'secret-' || substring(u."email" from '\d+') || '-2'
   from public."User" u where u."id" = c."userId")
  union all
  (select u."id", 'secret-' || substring(u."email" from '\d+') || '-2'
   from public."User" u
   where u."organizationId" = c."organizationId" and u."id" <> c."userId" limit 1)
  union all
  (select u."id", 'secret-' || substring(u."email" from '\d+') || '-2'
   from public."User" u
   where u."email" like 'person%' and u."organizationId" is distinct from c."organizationId"
     and u."id" <> c."userId" limit 1)
  union all
  select c."userId", 'somebody else''s') as who
where c.nth <= 6
