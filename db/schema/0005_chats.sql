-- Chats, their messages, votes and streams. What stands in a chat is judged by the chat.
--
-- Clients may say when a row was made (the schema that this system replaces has no defaults), so
-- a check keeps to four-digit years: no reader's type overflows on another person's row.

create table public."Chat" (
  "id" uuid primary key default gen_random_uuid(),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "title" text not null check (char_length("title") between 1 and 255),
  "userId" uuid not null default auth.uid() references public."User" on delete cascade,
  "visibility" varchar not null default 'private' check ("visibility" in ('public', 'private')),
  "organizationId" uuid references public."Organization" on delete set null,
  "version" integer not null default 1
);
comment on table public."Chat" is 'A conversation: personal, or its organization''s.';
create index "Chat_userId_idx" on public."Chat" ("userId", "createdAt" desc, "id" desc);
create index "Chat_organizationId_idx"
  on public."Chat" ("organizationId", "createdAt" desc, "id" desc);
create index "Chat_public_idx" on public."Chat" ("createdAt" desc, "id" desc)
  where "visibility" = 'public';

create table public."Message" (
  "id" uuid primary key default gen_random_uuid(),
  "chatId" uuid not null references public."Chat" on delete cascade,
  "role" varchar not null check ("role" in ('user', 'assistant', 'system', 'tool')),
  "parts" json not null
    check (json_typeof("parts") = 'array' and octet_length("parts"::text) <= 1048576),
  "attachments" json not null default '[]'
    check (json_typeof("attachments") = 'array' and octet_length("attachments"::text) <= 1048576),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "userId" uuid default auth.uid() references public."User" on delete set null,
  "version" integer not null default 1
);
comment on table public."Message" is
  'A message of a chat, at most 1 MB each of parts and attachments. "userId" is who wrote it, null '
  'once their account is deleted.';
create index "Message_chatId_idx" on public."Message" ("chatId", "createdAt", "id");
create index "Message_userId_idx" on public."Message" ("userId");

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

create table public."Stream" (
  "id" uuid primary key default gen_random_uuid(),
  "chatId" uuid not null references public."Chat" on delete cascade,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "userId" uuid default auth.uid() references public."User" on delete set null
);
comment on table public."Stream" is 'An answer being written in a chat.';
create index "Stream_chatId_idx" on public."Stream" ("chatId", "createdAt", "id");
create index "Stream_userId_idx" on public."Stream" ("userId");

create table public."StreamChunk" (
  "streamId" uuid not null references public."Stream" on delete cascade,
  "index" integer not null check ("index" >= 0),
  "data" text not null check (octet_length("data") between 1 and 65536),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  primary key ("streamId", "index")
);
comment on table public."StreamChunk" is
  'A piece of a stream, at most 64 KB, numbered by who writes it. Kept seven days.';
create index "StreamChunk_createdAt_idx" on public."StreamChunk" ("createdAt");
