-- The credit ledger and the audit trail; both are append-only.

create table public."CreditEntry" (
  "id" bigint generated always as identity primary key,
  "userId" uuid not null references public."User" on delete cascade,
  "amount" numeric(20, 2) not null check ("amount" <> 0 and "amount" <> 'NaN'),
  "balance" numeric(20, 2) not null check ("balance" >= 0 and "balance" <> 'NaN'),
  "reason" varchar(255) not null check (not app_private.is_blank("reason")),
  "grantedBy" uuid references public."User" on delete set null,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
);
comment on table public."CreditEntry" is
  'Credits granted (above zero) and spent (below), each with the balance after it. Deleted '
  'with the account.';
alter table public."CreditEntry" alter column "reason" set statistics 0;
create index "CreditEntry_userId_idx" on public."CreditEntry" ("userId", "id");
create index "CreditEntry_grantedBy_idx" on public."CreditEntry" ("grantedBy");

-- No foreign keys: what happened stays on record after the people and rows that it names are gone.
create table public."AuditEvent" (
  "id" bigint generated always as identity primary key,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  "actorId" uuid,
  "subjectId" uuid,
  "organizationId" uuid,
  "action" varchar(50) not null,
  "target" varchar(50) not null,
  "targetId" text,
  "details" jsonb not null default '{}' check (jsonb_typeof("details") = 'object')
);
comment on table public."AuditEvent" is
  'Audit trail: actor, subject and action, written in the same transaction. Kept 400 days.';
alter table public."AuditEvent" alter column "targetId" set statistics 0,
  alter column "details" set statistics 0;
create index "AuditEvent_organizationId_idx" on public."AuditEvent" ("organizationId", "id");
create index "AuditEvent_actorId_idx" on public."AuditEvent" ("actorId", "id");
create index "AuditEvent_subjectId_idx" on public."AuditEvent" ("subjectId", "id");
create index "AuditEvent_createdAt_idx" on public."AuditEvent" ("createdAt");
