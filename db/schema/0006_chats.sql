-- Chats, their messages and votes. Policies judge the rows of a chat by the chat.
--
-- Clients may set the creation time (the schema that this system replaces has no defaults), so a
-- check requires four-digit years: no reader's type overflows on another person's row.

create table public."Chat" (
  "id" uuid primary key default gen_random_uuid(),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "title" text not null check (char_length("title") <= 255 and not app_private.is_blank("title")),
  "userId" uuid not null default auth.uid() references public."User" on delete cascade,
  "visibility" varchar not null default 'private' check ("visibility" in ('public', 'private')),
  "organizationId" uuid references public."Organization" on delete set null,
  "version" integer not null default 1
);
comment on table public."Chat" is 'A conversation: personal, or its organization''s.';
alter table public."Chat" alter column "title" set statistics 0;
create index "Chat_userId_idx" on public."Chat" ("userId", "createdAt" desc, "id" desc);
create index "Chat_organizationId_idx"
  on public."Chat" ("organizationId", "createdAt" desc, "id" desc);
create index "Chat_public_idx" on public."Chat" ("createdAt" desc, "id" desc)
  where "visibility" = 'public';

-- The type json accepts \u0000, half a surrogate pair and 1e200000, on which ->> or a cast fails
-- later, in the statement of a reader. The casts to jsonb fail at the insert (class 22), at a
-- quarter of the cost of a function that catches the error. The length is checked before they parse.
create table public."Message" (
  "id" uuid primary key default gen_random_uuid(),
  "chatId" uuid not null references public."Chat" on delete cascade,
  "role" varchar not null check ("role" in ('user', 'assistant', 'system', 'tool')),
  "parts" json not null check (json_typeof("parts") = 'array'
    and octet_length("parts"::text) <= 1048576 and "parts"::jsonb is not null),
  "attachments" json not null default '[]' check (json_typeof("attachments") = 'array'
    and octet_length("attachments"::text) <= 1048576 and "attachments"::jsonb is not null),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "userId" uuid default auth.uid() references public."User" on delete set null,
  "version" integer not null default 1
);
comment on table public."Message" is
  'A message of a chat, at most 1 MB each of parts and attachments. "userId" is the author, null '
  'once their account is deleted.';
alter table public."Message" alter column "parts" set statistics 0,
  alter column "attachments" set statistics 0;
create index "Message_chatId_idx" on public."Message" ("chatId", "createdAt", "id");
create index "Message_userId_idx" on public."Message" ("userId");
-- For the newest messages of all chats: read from the end, until a page of visible ones is found.
create index "Message_createdAt_idx" on public."Message" ("createdAt", "id");

create table public."Vote" (
  "id" uuid primary key default gen_random_uuid(),
  "message_id" uuid not null references public."Message" on delete cascade,
  "user_id" uuid not null default auth.uid() references public."User" on delete cascade,
  "chatId" uuid references public."Chat" on delete cascade,
  "value" text not null check ("value" in ('up', 'down')),
  "created_at" timestamp(3) not null default (now() at time zone 'utc')
    check ("created_at" between '1970-01-01' and '9999-12-31'),
  constraint "Vote_message_id_user_id_key" unique ("message_id", "user_id")
);
comment on table public."Vote" is
  'One person''s opinion of one message. "chatId" is always the message''s, set by a trigger.';
create index "Vote_user_id_idx" on public."Vote" ("user_id");
create index "Vote_chatId_idx" on public."Vote" ("chatId");
