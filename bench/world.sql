-- A world of 200 organizations, 2,000 people and 20,000 chats of 50 messages, in a database that
-- `migrate` has just made. Loaded as rlschat_owner; ids are digests, so that no index is flattered.

set role rlschat_owner;

do $$
declare
  name text;
begin
  foreach name in array array['Organization', 'Role', 'User', 'sessions', 'Chat', 'Message', 'Vote', 'Stream'] loop
    execute format('alter table public.%I no force row level security', name);
    execute format('alter table public.%I disable trigger user', name);
  end loop;
end
$$;

create function app_private.bench_id(kind text, number bigint) returns uuid
  language sql immutable parallel safe as $$ select md5(kind || number)::uuid $$;

-- The form "copied" keeps the chat's audience on each row.
alter table public."Message" add "chatUserId" uuid, add "chatOrganizationId" uuid, add "chatVisibility" varchar;
alter table public."Vote" add "chatUserId" uuid, add "chatOrganizationId" uuid, add "chatVisibility" varchar;
alter table public."Stream" add "chatUserId" uuid, add "chatOrganizationId" uuid, add "chatVisibility" varchar;

insert into public."Organization" ("id", "name")
select app_private.bench_id('organization', n), 'Organization ' || n from generate_series(1, 200) n;

insert into public."Role" ("id", "name", "organizationId", "permissions")
select app_private.bench_id('role', n), 'Bench', app_private.bench_id('organization', n), '{"can_manage_chats": false}'
from generate_series(1, 200) n;

-- People 1 to 1,800 are members, nine an organization; the last 200 are in none.
insert into public."User" ("id", "email", "organizationId", "roleId", "joinedAt")
select
  app_private.bench_id('person', n),
  'person' || n || '@example.com',
  case when n <= 1800 then app_private.bench_id('organization', n % 200 + 1) end,
  case when n <= 1800 then app_private.bench_id('role', n % 200 + 1) end,
  case when n <= 1800 then now() at time zone 'utc' end
from generate_series(1, 2000) n;

insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest")
select
  app_private.bench_id('person', n),
  now() at time zone 'utc' + interval '30 days',
  'bench' || n || '.' || sign_in,
  sha256(convert_to('secret-' || n || '-' || sign_in, 'UTF8'))
from generate_series(1, 2000) n, generate_series(1, 3) sign_in;

-- Of a member's ten chats six are their organization's; one chat in ten is public.
insert into public."Chat" ("id", "title", "userId", "organizationId", "visibility", "createdAt")
select
  app_private.bench_id('chat', n),
  'Chat ' || n,
  u."id",
  case when n / 2000 % 10 < 6 then u."organizationId" end,
  case when n % 10 = n / 2000 then 'public' else 'private' end,
  timestamp '2026-01-01' + n * interval '1 minute'
from generate_series(0, 19999) n
join public."User" u on u."id" = app_private.bench_id('person', n % 2000 + 1);

-- Messages come in bursts of five, chat after chat, as conversations do.
insert into public."Message"
  ("id", "chatId", "role", "parts", "createdAt", "userId", "chatUserId", "chatOrganizationId", "chatVisibility")
select
  app_private.bench_id('message', n),
  c."id",
  case n % 2 when 0 then 'user' else 'assistant' end,
  json_build_array(json_build_object('type', 'text', 'text', repeat('A line of a message. ', 8))),
  timestamp '2026-02-01' + n * interval '1 second',
  c."userId", c."userId", c."organizationId", c."visibility"
from (
  select burst * 100000 + chat * 5 + m as n, chat
  from generate_series(0, 9) burst, generate_series(0, 19999) chat, generate_series(0, 4) m
) as series
join public."Chat" c on c."id" = app_private.bench_id('chat', chat)
order by n;

-- Every fifth message has a vote, by the chat's owner; every chat two streams.
insert into public."Vote"
  ("message_id", "chatId", "user_id", "value", "chatUserId", "chatOrganizationId", "chatVisibility")
select m."id", m."chatId", m."userId", 'up', m."chatUserId", m."chatOrganizationId", m."chatVisibility"
from generate_series(0, 999999, 5) n
join public."Message" m on m."id" = app_private.bench_id('message', n);

insert into public."Stream" ("chatId", "userId", "chatUserId", "chatOrganizationId", "chatVisibility")
select c."id", c."userId", c."userId", c."organizationId", c."visibility"
from public."Chat" c, generate_series(1, 2);

do $$
declare
  name text;
begin
  foreach name in array array['Organization', 'Role', 'User', 'sessions', 'Chat', 'Message', 'Vote', 'Stream'] loop
    execute format('alter table public.%I force row level security', name);
    execute format('alter table public.%I enable trigger user', name);
  end loop;
end
$$;
