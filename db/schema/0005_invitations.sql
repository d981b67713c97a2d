-- Invitations into an organization.

create table public."Invitation" (
  "id" uuid primary key default gen_random_uuid(),
  "organizationId" uuid not null references public."Organization" on delete cascade,
  "email" varchar(254) not null check ("email" <> '' and "email" is nfc normalized),
  "roleId" uuid not null references public."Role" on delete cascade,
  "invitedBy" uuid not null default auth.uid() references public."User" on delete cascade,
  "tokenDigest" bytea not null unique check (length("tokenDigest") = 32),
  "expires" timestamp(3) not null default (now() at time zone 'utc' + interval '7 days'),
  "acceptedAt" timestamp(3),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  -- From 1970 on, so that no reader's type overflows on a client's value.
  constraint "Invitation_expires_check"
    check ("expires" between '1970-01-01' and "createdAt" + interval '30 days')
);
comment on table public."Invitation" is
  'An offer to join an organization in a role, to one e-mail address; only the token''s digest is kept.';
alter table public."Invitation" alter column "email" set statistics 0;
create index "Invitation_organizationId_idx" on public."Invitation" ("organizationId", "createdAt");
create index "Invitation_roleId_idx" on public."Invitation" ("roleId");
create index "Invitation_invitedBy_idx" on public."Invitation" ("invitedBy");
create index "Invitation_expires_idx" on public."Invitation" ("expires");
