-- A world of bench.chats chats of 50 messages, in a database that `migrate` has just made: 20 chats and 20 documents a
-- person, 10 people an organization. Ids are digests of a kind and a number from 0 (World.Id), so no index is flattered.
-- Run as superuser: no policy, trigger or foreign key is checked.

set session_replication_role = replica;
create schema bench;

create function bench.id(kind text, number bigint) returns uuid language sql immutable parallel safe
  as $$ select left(encode(sha256(convert_to(kind || number, 'UTF8')), 'hex'), 32)::uuid $$;

create view bench.size as
  select chats, chats / 20 as people, chats / 200 as organizations
  from (select current_setting('bench.chats')::bigint as chats) s;

insert into public."Organization" ("id", "name")
select bench.id('organization', n), 'Organization ' || n from bench.size, generate_series(0, organizations - 1) n;

insert into public."Role" ("id", "name", "organizationId", "permissions")
select bench.id('role', n), 'Bench', bench.id('organization', n), '{}'
from bench.size, generate_series(0, organizations - 1) n;

-- Three report to each manager, in their organization.
insert into public."User" ("id", "email", "organizationId", "roleId", "managerId", "joinedAt")
select bench.id('person', n), 'person' || n || '@example.com', bench.id('organization', n % organizations),
  bench.id('role', n % organizations),
  case when n >= organizations then bench.id('person', (n / organizations - 1) / 3 * organizations + n % organizations) end,
  timestamp '2026-01-01'
from bench.size, generate_series(0, people - 1) n;

-- Three a person; that of the first counts. Secrets have the form of the API's: 43 characters of base64url.
insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest")
select bench.id('person', n), now() at time zone 'utc' + interval '30 days', 'bench' || n || '.' || sign_in,
  sha256(convert_to(lpad(n::text, 42, '0') || chr(64 + sign_in), 'UTF8'))
from bench.size, generate_series(0, people - 1) n, generate_series(1, 3) sign_in;

-- Chat n belongs to person n % people. Of a person's 20 chats 12 are the organization's; one chat in ten is public.
insert into public."Chat" ("id", "title", "userId", "organizationId", "visibility", "createdAt")
select bench.id('chat', n), 'Chat ' || n, bench.id('person', n % people),
  case when n / people < 12 then bench.id('organization', n % people % organizations) end,
  case when (n + n / people) % 10 = 9 then 'public' else 'private' end,
  timestamp '2026-01-01' + n * interval '1 minute'
from bench.size, generate_series(0, chats - 1) n;

-- Messages come in bursts of five, chat after chat. Number 50 c + m is the m-th of chat c.
drop index public."Message_chatId_idx", public."Message_userId_idx", public."Message_createdAt_idx";
insert into public."Message" ("id", "chatId", "role", "parts", "createdAt", "userId")
select bench.id('message', g / 5 % chats * 50 + g / (5 * chats) * 5 + g % 5), bench.id('chat', g / 5 % chats),
  case g % 2 when 0 then 'user' else 'assistant' end,
  json_build_array(json_build_object('type', 'text', 'text', repeat('A line of a message. ', 8))),
  timestamp '2026-02-01' + g * interval '1 second', bench.id('person', g / 5 % chats % people)
from bench.size, generate_series(0, 50 * chats - 1) g;
create index "Message_chatId_idx" on public."Message" ("chatId", "createdAt", "id");
create index "Message_userId_idx" on public."Message" ("userId");
create index "Message_createdAt_idx" on public."Message" ("createdAt", "id");

-- Every fifth message has a vote, by the chat's owner; every chat two streams.
insert into public."Vote" ("message_id", "chatId", "user_id", "value")
select bench.id('message', n), bench.id('chat', n / 50), bench.id('person', n / 50 % people), 'up'
from bench.size, generate_series(0, 50 * chats - 1, 5) n;

insert into public."Stream" ("id", "chatId", "userId")
select bench.id('stream', n), bench.id('chat', n / 2), bench.id('person', n / 2 % people)
from bench.size, generate_series(0, 2 * chats - 1) n;

-- Of a person's 20 documents half are the organization's; the first has 20 suggestions.
insert into public."Document" ("id", "title", "content", "userId", "organizationId", "createdAt")
select bench.id('document', n), 'Document ' || n, repeat('A line of a document. ', 8), bench.id('person', n / 20),
  case when n % 2 = 0 then bench.id('organization', n / 20 % organizations) end,
  timestamp '2026-03-01' + n * interval '1 minute'
from bench.size, generate_series(0, 20 * people - 1) n;

insert into public."Suggestion"
  ("documentId", "documentCreatedAt", "originalText", "suggestedText", "userId", "createdAt")
select bench.id('document', 20 * n), timestamp '2026-03-01' + 20 * n * interval '1 minute', 'A', 'B',
  bench.id('person', n), timestamp '2026-04-01' + s * interval '1 second'
from bench.size, generate_series(0, people - 1) n, generate_series(1, 20) s;

-- The quota counts, as it does everywhere, but nobody reaches it.
update app_private.setting set value = '999999999' where name = 'messages_per_hour';
