-- What the API needs beside people's data: the outbox of events, idempotency keys, quotas and the
-- settings that functions read.

create table app_private.setting (
  name text primary key,
  value text not null
);
comment on table app_private.setting is
  'What an operator may turn: messages_per_hour, a person''s quota (no row: none).';
grant select on app_private.setting to auth_definer;
insert into app_private.setting (name, value) values ('messages_per_hour', '600');

-- Sequence order is not commit order: a reader takes what its snapshot sees and its last one did
-- not, which is why each row carries its transaction.
create table public."Event" (
  "id" bigint generated always as identity primary key,
  "xid" xid8 not null default pg_current_xact_id(),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  "kind" varchar(50) not null,
  "chatId" uuid,
  "userId" uuid,
  "rowId" text not null,
  -- For a deletion: who could see the row before it went. Null: ask the policies at delivery.
  "audience" uuid[]
);
comment on table public."Event" is
  'The outbox of live events, written in the transaction of the change. Kept one day.';
create index "Event_xid_idx" on public."Event" ("xid");
create index "Event_createdAt_idx" on public."Event" ("createdAt");

create table public."IdempotencyKey" (
  "userId" uuid not null default auth.uid() references public."User" on delete cascade,
  "key" varchar(255) not null check ("key" <> ''),
  "requestDigest" bytea not null check (length("requestDigest") = 32),
  "status" smallint check ("status" between 100 and 599),
  "body" text,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  primary key ("userId", "key")
);
comment on table public."IdempotencyKey" is
  'A request that a person may repeat without repeating its effect, with its answer. Kept 24 hours.';
create index "IdempotencyKey_createdAt_idx" on public."IdempotencyKey" ("createdAt");

create table public."Quota" (
  "userId" uuid not null references public."User" on delete cascade,
  "kind" varchar(50) not null,
  "period" timestamp(3) not null,
  "used" integer not null default 0 check ("used" >= 0),
  primary key ("userId", "kind", "period")
);
comment on table public."Quota" is
  'How much of something a person has used in a period. Kept seven days past the period''s begin.';
create index "Quota_period_idx" on public."Quota" ("period");
