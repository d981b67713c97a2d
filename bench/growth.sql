-- Organizations of 10, 1,000 and bench.largest members, with a chat for each member (at least 20), of which 20 have 50
-- messages, and 20 documents of each of 20 people; one of 50 people, each the manager of the next; bench.open public chats.
-- Person n of organization o has the number 1,000,000 o + n.

set session_replication_role = replica;
create schema bench;

create function bench.id(kind text, number bigint) returns uuid language sql immutable parallel safe
  as $$ select left(encode(sha256(convert_to(kind || number, 'UTF8')), 'hex'), 32)::uuid $$;

create view bench.member as
  select o, 1000000::bigint * o + n as n, n as place
  from (values (0, 10), (1, 1000), (2, current_setting('bench.largest')::integer), (3, 50)) as s(o, members),
    generate_series(0, members - 1) n;

insert into public."Organization" ("id", "name")
select bench.id('organization', o), 'Organization ' || o from generate_series(0, 3) o;

insert into public."Role" ("id", "name", "organizationId", "permissions")
select bench.id('role', o), 'Bench', bench.id('organization', o), '{}' from generate_series(0, 3) o;

insert into public."User" ("id", "email", "organizationId", "roleId", "managerId", "joinedAt")
select bench.id('person', n), 'person' || n || '@example.com', bench.id('organization', o), bench.id('role', o),
  case when o = 3 and place > 0 then bench.id('person', n - 1) end, timestamp '2026-01-01'
from bench.member;

insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest")
select bench.id('person', n), now() at time zone 'utc' + interval '30 days', 'bench' || n,
  sha256(convert_to(lpad(n::text, 42, '0') || 'A', 'UTF8'))
from bench.member;

insert into public."Chat" ("id", "title", "userId", "organizationId", "createdAt")
select bench.id('chat', n), 'Chat ' || n, bench.id('person', n), bench.id('organization', o), timestamp '2026-01-01' + n * interval '1 second'
from bench.member
union all
select gen_random_uuid(), 'Chat', bench.id('person', 1000000 * o), bench.id('organization', o), timestamp '2026-02-01' + c * interval '1 minute'
from generate_series(0, 3) o, generate_series(1, 20) c;

insert into public."Chat" ("title", "userId", "visibility", "createdAt")
select 'Chat ' || c, bench.id('person', 1000000 + c % 1000), 'public', timestamp '2026-01-01' + c * interval '1 second'
from generate_series(1, current_setting('bench.open')::integer) c;

insert into public."Message" ("chatId", "role", "parts", "createdAt", "userId")
select bench.id('chat', n), 'user', '[{"type":"text","text":"A line of a message."}]', timestamp '2026-02-01' + m * interval '1 second', bench.id('person', n)
from bench.member, generate_series(1, 50) m where place < 20;

insert into public."Document" ("title", "content", "userId", "organizationId", "createdAt")
select 'Document', 'A line of a document.', bench.id('person', n), bench.id('organization', o),
  timestamp '2026-03-01' + (n + d) * interval '1 minute'
from bench.member, generate_series(1, 20) d where place < 20 or o = 3;
