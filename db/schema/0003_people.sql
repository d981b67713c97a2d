-- Organizations, roles and people. Names and types follow the schema that this system replaces;
-- it adds "organizationId", "roleId", "managerId", "emailVerified", "joinedAt" and "version".
--
-- "set statistics 0", here and in the files below: the planner's statistics ignore policies, and
-- "explain" would show by its estimates whether a hidden row holds a word.

create table public."Organization" (
  "id" uuid primary key default gen_random_uuid(),
  "name" varchar(255) not null check (not app_private.is_blank("name")),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  "version" integer not null default 1
);
comment on table public."Organization" is 'A tenant: people, and the chats and documents they share.';
alter table public."Organization" alter column "name" set statistics 0;

create table public."Role" (
  "id" uuid primary key default gen_random_uuid(),
  "name" varchar(50) not null check (not app_private.is_blank("name")),
  "permissions" jsonb not null default '{}' check (app_private.are_permissions("permissions")),
  -- The default is for inserts of Drizzle's shape: that schema has no such column.
  "organizationId" uuid default auth.organization_id()
    references public."Organization" on delete cascade,
  "version" integer not null default 1,
  constraint "Role_name_key" unique nulls not distinct ("organizationId", "name"),
  -- Only built-in roles can hold the permissions that no organization can grant.
  constraint "Role_built_in_only" check (
    "organizationId" is null
    or not "permissions" ?| '{can_view_monitoring,can_grant_credits,can_impersonate}')
);
comment on table public."Role" is 'Named permissions: an organization''s own roles, and three built in.';
alter table public."Role" alter column "name" set statistics 0;

create table public."User" (
  "id" uuid primary key default gen_random_uuid(),
  "email" varchar(254) not null default '' check ("email" is nfc normalized),
  "password" text,
  "creditBalance" numeric(20, 2) not null default 0.00
    check ("creditBalance" >= 0 and "creditBalance" <> 'NaN'),
  "organizationId" uuid references public."Organization",
  "roleId" uuid references public."Role",
  "managerId" uuid references public."User" on delete set null,
  "emailVerified" timestamp(3),
  "joinedAt" timestamp(3),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  "version" integer not null default 1,
  -- A member has a role and a date of joining. Everybody else has no manager, and no role but the
  -- operator's (whose id is fixed, see app_private.ensure_builtin_rows).
  constraint "User_membership" check (
    case when "organizationId" is null
      then "managerId" is null and "joinedAt" is null
        and ("roleId" is null or "roleId" = '00000000-0000-4000-8000-000000000003')
      else "joinedAt" is not null and "roleId" is not null
        and "roleId" <> '00000000-0000-4000-8000-000000000003'
    end),
  constraint "User_verified_email" check ("emailVerified" is null or "email" <> '')
);
comment on table public."User" is 'A person. The password is a hash that no role of a request can read.';
alter table public."User" alter column "email" set statistics 0;

-- One person per address; '' means "not known yet" and may occur many times.
create unique index "User_email_key" on public."User" (auth.folded_address("email"))
  where "email" <> '';
-- The columns of "Colleague", whose pages it gives in order. Without them a scan that sorts all members seems cheaper.
create index "User_organizationId_idx" on public."User" ("organizationId", "id")
  include ("email", "roleId", "managerId");
create index "User_roleId_idx" on public."User" ("roleId");
create index "User_managerId_idx" on public."User" ("managerId");
