-- 3,000 requests of people who may read what they ask for: one in ten a public chat, three a personal
-- chat of their own, six a chat of their organization.
select u."id", 'secret-' || person || '-1', c."id", m."id", i % 10 <> 0
from (select i, 1 + (i * 7919) % 2000 as person from generate_series(1, 3000) i) as request
join public."User" u on u."id" = app_private.bench_id('person', person)
cross join lateral (
  select c."id"
  from public."Chat" c
  where case
      when i % 10 = 0 then c."visibility" = 'public'
      when i % 10 <= 3 then c."userId" = u."id" and c."organizationId" is null
      else c."organizationId" = u."organizationId"
    end
  order by c."id" > app_private.bench_id('pick', i) desc, c."id" limit 1) as c
cross join lateral (
  -- Each fifth message has a vote.
  select m."id" from public."Message" m
  where m."chatId" = c."id" order by m."createdAt" offset i % 10 * 5 limit 1) as m
