-- Answers being written. A stream ends in one of two ways: it is finished when its chunks have become
-- a message, and abandoned when it has been silent for too long. "createdAt" cannot tell: clients may
-- choose it.

create table public."Stream" (
  "id" uuid primary key default gen_random_uuid(),
  "chatId" uuid not null references public."Chat" on delete cascade,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "userId" uuid default auth.uid() references public."User" on delete set null,
  "activeAt" timestamp(3) not null default (now() at time zone 'utc'),
  "octets" integer not null default 0,
  "finishedAt" timestamp(3),
  "messageId" uuid references public."Message" on delete set null,
  constraint "Stream_messageId_check" check ("messageId" is null or "finishedAt" is not null)
);
comment on table public."Stream" is
  'A response being written in a chat; see public.stream_state().';
comment on column public."Stream"."activeAt" is
  'When it was opened or got its last chunk, whichever is later; not set by clients.';
comment on column public."Stream"."octets" is 'The size of its chunks together.';
comment on column public."Stream"."finishedAt" is
  'When its chunks became a message; null before.';
comment on column public."Stream"."messageId" is
  'The message that it became; null before, and once that message is deleted.';
create index "Stream_chatId_idx" on public."Stream" ("chatId", "createdAt", "id");
create index "Stream_userId_idx" on public."Stream" ("userId");
create index "Stream_messageId_idx" on public."Stream" ("messageId");

create table public."StreamChunk" (
  "streamId" uuid not null references public."Stream" on delete cascade,
  "index" integer not null check ("index" >= 0),
  "data" text not null check (octet_length("data") between 1 and 65536),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  primary key ("streamId", "index")
);
comment on table public."StreamChunk" is
  'A piece of a stream, at most 64 KB, numbered from 0 by its writer. Kept for an hour after '
  'the stream has ended.';
alter table public."StreamChunk" alter column "data" set statistics 0;
create index "StreamChunk_createdAt_idx" on public."StreamChunk" ("createdAt");
