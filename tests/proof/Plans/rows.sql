-- After bench/world.sql, as superuser: rows of the tables that it leaves empty, enough for a full page of each list, and
-- the people who ask. Each is in an organization of their own, so that nobody misses what another one deletes.

create table bench.person as
select name, bench.id('person', n) as id, lpad(n::text, 42, '0') || 'A' as secret
from bench.size, lateral (values
  ('member', people - organizations + 1), ('manager', 2), ('administrator', 3), ('founder', people - organizations + 4),
  ('guest', people - organizations + 5), ('operator', people - organizations + 6),
  ('reader', people - organizations + 7), ('inviter', 8)) v (name, n);

update public."User" u set "roleId" = '00000000-0000-4000-8000-000000000002'
from bench.person p where p.id = u."id" and p.name in ('administrator', 'inviter');

-- They have no organization, and nothing in one.
update public."User" u set "organizationId" = null, "managerId" = null, "joinedAt" = null,
  "emailVerified" = timestamp '2026-01-01',
  "roleId" = case when p.name = 'operator' then '00000000-0000-4000-8000-000000000003'::uuid end
from bench.person p where p.id = u."id" and p.name in ('founder', 'guest', 'operator');
update public."Chat" c set "organizationId" = null
from bench.person p where p.id = c."userId" and p.name in ('founder', 'guest', 'operator');
update public."Document" d set "organizationId" = null
from bench.person p where p.id = d."userId" and p.name in ('founder', 'guest', 'operator');

-- A large organization: the member's.
insert into public."User" ("id", "email", "organizationId", "roleId", "joinedAt")
select bench.id('colleague', n), 'colleague' || n || '@example.com', bench.id('organization', 1),
  '00000000-0000-4000-8000-000000000001', timestamp '2026-01-01'
from generate_series(1, 10000) n;

-- People who have nothing else, so that their tables are large too.
insert into public."Organization" ("id", "name")
select bench.id('other organization', n), 'Other ' || n from bench.size, generate_series(0, 20 * organizations - 1) n;
insert into public."User" ("id", "email", "organizationId", "roleId", "managerId", "joinedAt")
select bench.id('other', n), 'other' || n || '@example.com', bench.id('other organization', n / 10),
  '00000000-0000-4000-8000-000000000001', case when n % 10 > 0 then bench.id('other', n / 10 * 10) end,
  timestamp '2026-01-01'
from bench.size, generate_series(0, 20 * people - 1) n;

insert into public."Role" ("id", "name", "organizationId", "permissions")
select bench.id('more roles', 1000 * n + o), 'Role ' || n, bench.id('organization', o), '{"can_manage_chats": true}'
from bench.size, generate_series(0, organizations - 1) o, generate_series(1, 120) n;

insert into public."Invitation" ("organizationId", "email", "roleId", "invitedBy", "tokenDigest")
select bench.id('organization', o), n || '@example.org', bench.id('role', o), bench.id('person', o + organizations),
  sha256(convert_to(o || '.' || n, 'UTF8'))
from bench.size, generate_series(0, organizations - 1) o, generate_series(1, 120) n;

-- Tokens that requests bring.
insert into public."Invitation" ("organizationId", "email", "roleId", "invitedBy", "tokenDigest")
select i."organizationId", g."email", i."roleId", i."id", sha256('x')
from bench.person p join public."User" i on p.id = i."id" and p.name = 'inviter',
  bench.person q join public."User" g on q.id = g."id" and q.name = 'guest';
insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
select u."email", encode(sha256(convert_to(case p.name
    when 'member' then repeat('A', 43) when 'inviter' then repeat('E', 43) else u."email" end, 'UTF8')), 'hex'),
  now() at time zone 'utc' + interval '1 day', u."id",
  case p.name when 'inviter' then 'reset_password' else 'verify_email' end
from public."User" u left join bench.person p on p.id = u."id" where u."email" <> '';

insert into public.accounts ("userId", "type", "provider", "providerAccountId")
select bench.id('person', n), 'oauth', provider, n::text
from bench.size, generate_series(0, people - 1) n, unnest('{github,elsewhere}'::text[]) provider;

insert into public.sessions ("userId", "expires", "sessionToken")
select bench.id('other', g / 5), now() at time zone 'utc' + interval '10 days', 'other' || g
from bench.size, generate_series(0, 100 * people - 1) g;

-- A page of sign-ins and of versions for those who ask.
insert into public.sessions ("userId", "expires", "sessionToken")
select p.id, now() at time zone 'utc' + interval '20 days', p.name || n
from bench.person p, generate_series(1, 120) n;
insert into public."Document" ("id", "title", "content", "userId", "organizationId", "createdAt")
select d."id", d."title", d."content", d."userId", d."organizationId", d."createdAt" - n * interval '1 second'
from bench.person p
join public."Document" d on d."userId" = p.id, generate_series(1, 30) n
where exists (select from public."Suggestion" s where s."documentId" = d."id");

insert into public."StreamChunk" ("streamId", "index", "data")
select s."id", 0, 'a piece' from public."Stream" s
on conflict do nothing;

insert into public."CreditEntry" ("userId", "amount", "balance", "reason")
select bench.id('person', g % people), 1, g / people, 'grant'
from bench.size, generate_series(0, 120 * people - 1) g;

insert into public."AuditEvent" ("actorId", "subjectId", "organizationId", "action", "target")
select bench.id('person', g % people), bench.id('person', (g + organizations) % people),
  bench.id('organization', g % organizations), 'member_changed', 'User'
from bench.size, generate_series(0, 120 * people - 1) g;

insert into public."IdempotencyKey" ("userId", "key", "requestDigest", "body")
select bench.id('person', g % people), g::text, sha256('x'), '{}' from bench.size, generate_series(0, 10 * people - 1) g;

insert into public."Quota" ("userId", "kind", "period", "used")
select bench.id('person', g % people), 'messages', timestamp '2026-01-01' + g / people * interval '1 hour', 1
from bench.size, generate_series(0, 24 * people - 1) g;

insert into public."Event" ("kind", "rowId", "chatId")
select 'message.created', m."id", m."chatId" from public."Message" m, bench.size
where m."chatId" = any (select bench.id('chat', n) from generate_series(0, chats / 10 - 1) n);
