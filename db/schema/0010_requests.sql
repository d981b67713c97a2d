-- Idempotency keys, quotas, and the settings that functions read.

create table app_private.setting (
  name text primary key,
  value text not null
);
comment on table app_private.setting is
  'Settings for operators, see docs/operating.md: messages_per_hour, a person''s quota (no row: '
  'none); stream_price, in credits; stream_silence_seconds, after which a stream is abandoned.';
insert into app_private.setting (name, value) values
  ('messages_per_hour', '600'), ('stream_price', '0'), ('stream_silence_seconds', '60');

create table public."IdempotencyKey" (
  "userId" uuid not null default auth.uid() references public."User" on delete cascade,
  "key" varchar(255) not null check ("key" <> ''),
  "requestDigest" bytea not null check (length("requestDigest") = 32),
  -- JSON that ->> and casts can read, see public."Message".
  "body" text check ("body" is null or "body"::jsonb is not null),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  primary key ("userId", "key")
);
comment on table public."IdempotencyKey" is
  'A request that a person may repeat without repeating its effect, with its response. Kept 24 '
  'hours.';
alter table public."IdempotencyKey" alter column "key" set statistics 0,
  alter column "body" set statistics 0;
create index "IdempotencyKey_createdAt_idx" on public."IdempotencyKey" ("createdAt");

create table public."Quota" (
  "userId" uuid not null references public."User" on delete cascade,
  "kind" varchar(50) not null,
  "period" timestamp(3) not null,
  "used" integer not null default 0 check ("used" >= 0),
  primary key ("userId", "kind", "period")
);
comment on table public."Quota" is
  'Usage of a person per period. Kept for seven days after the period began.';
create index "Quota_period_idx" on public."Quota" ("period");
