-- How a stream ends: finished, when its chunks have become a message, or abandoned, when it has
-- been silent for too long. "createdAt" cannot tell: clients may choose it.

-- now() is stable, so nothing is rewritten, and the table is small: a row an answer, no text.
-- squawk-ignore-file adding-field-with-default, adding-foreign-key-constraint
-- squawk-ignore-file constraint-missing-not-valid
alter table public."Stream"
  add column "activeAt" timestamp(3) not null default (now() at time zone 'utc'),
  add column "octets" integer not null default 0,
  add column "finishedAt" timestamp(3),
  add column "messageId" uuid references public."Message" on delete set null,
  add constraint "Stream_messageId_check" check ("messageId" is null or "finishedAt" is not null);
create index "Stream_messageId_idx" on public."Stream" ("messageId");

comment on table public."Stream" is
  'An answer being written in a chat: public.stream_state() says whether it still is.';
comment on column public."Stream"."activeAt" is
  'When it was opened or got its last chunk, whichever is later; never what a client says.';
comment on column public."Stream"."octets" is 'How much its chunks hold together.';
comment on column public."Stream"."finishedAt" is
  'When its chunks became a message; null: not so far.';
comment on column public."Stream"."messageId" is
  'The message that it became; null before, and once that message is deleted.';
comment on table public."StreamChunk" is
  'A piece of a stream, at most 64 KB, numbered from 0 by who writes it. Kept for an hour after '
  'the stream has ended.';

insert into app_private.setting (name, value) values
  ('stream_price', '0'), ('stream_silence_seconds', '60');
comment on table app_private.setting is
  'What an operator may turn, see docs/operating.md: messages_per_hour, a person''s quota (no row: '
  'none); stream_price, in credits; stream_silence_seconds, after which a stream is abandoned.';
