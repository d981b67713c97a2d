-- Organizations of people who all follow what is theirs, each with one chat: a message there is news for
-- as many as an organization holds. The setting bench.organizations says how many there are.

set role rlschat_owner;

do $$
declare
  name text;
begin
  foreach name in array array['Organization', 'User', 'sessions', 'Chat', 'Message'] loop
    execute format('alter table public.%I no force row level security', name);
    execute format('alter table public.%I disable trigger user', name);
  end loop;
end
$$;

create function app_private.bench_id(kind text, number bigint) returns uuid
  language sql immutable parallel safe
  as $$ select left(encode(sha256(convert_to(kind || number, 'UTF8')), 'hex'), 32)::uuid $$;

insert into public."Organization" ("id", "name")
select app_private.bench_id('organization', n), 'Organization ' || n
from generate_series(1, current_setting('bench.organizations')::integer) n;

insert into public."User" ("id", "email", "organizationId", "roleId", "joinedAt")
select app_private.bench_id('person', n), 'person' || n || '@example.com',
  app_private.bench_id('organization', (n - 1) % current_setting('bench.organizations')::integer + 1),
  '00000000-0000-4000-8000-000000000001', now() at time zone 'utc'
from generate_series(1, 1000) n;

-- Secrets as the API makes them: 43 characters of base64url.
insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest")
select app_private.bench_id('person', n), now() at time zone 'utc' + interval '1 day', 'bench' || n,
  sha256(convert_to(lpad(n::text, 42, '0') || 'A', 'UTF8'))
from generate_series(1, 1000) n;

insert into public."Chat" ("id", "title", "userId", "organizationId")
select app_private.bench_id('chat', n), 'Chat ' || n, app_private.bench_id('person', n),
  app_private.bench_id('organization', n)
from generate_series(1, current_setting('bench.organizations')::integer) n;

-- What was said before, so that plans are made for tables that hold something.
insert into public."Message" ("id", "chatId", "userId", "role", "parts", "attachments")
select gen_random_uuid(), c."id", c."userId", 'user', '[{"type":"text","text":"Said before."}]', '[]'
from public."Chat" c cross join generate_series(1, 100);

-- The quota counts, as it does everywhere, but nobody reaches it.
update app_private.setting set value = '1000000000' where name = 'messages_per_hour';

do $$
declare
  name text;
begin
  foreach name in array array['Organization', 'User', 'sessions', 'Chat', 'Message'] loop
    execute format('alter table public.%I force row level security', name);
    execute format('alter table public.%I enable trigger user', name);
  end loop;
end
$$;
