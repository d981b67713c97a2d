-- Documents and suggestions. A row of "Document" is one version; a change is a new row.

create table public."Document" (
  "id" uuid not null default gen_random_uuid(),
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "title" text not null check (char_length("title") <= 255 and not app_private.is_blank("title")),
  "content" text check (octet_length("content") <= 10485760),
  -- The kind. The column is called "text" in the schema that this system replaces.
  "text" varchar not null default 'text'
    check ("text" in ('text', 'code', 'image', 'sheet', 'canvas')),
  "userId" uuid not null default auth.uid() references public."User" on delete cascade,
  "organizationId" uuid references public."Organization" on delete set null,
  "version" integer not null default 1,
  primary key ("id", "createdAt"),
  -- Every version of one id has one owner and one organization, also with concurrent inserts.
  -- Deferrable, so that a hand-over may change all versions in one statement. Of texts, so that
  -- their indexes serve nothing else: the planner takes a GiST index for cheaper than any other,
  -- and to find a person's documents by "userId" it would read all of it.
  constraint "Document_one_owner" exclude using gist (("id"::text) with =, ("userId"::text) with <>)
    deferrable initially immediate,
  constraint "Document_one_organization" exclude using gist (("id"::text) with =,
    coalesce("organizationId", '00000000-0000-0000-0000-000000000000') with <>)
    deferrable initially immediate
);
comment on table public."Document" is
  'One version of a document, at most 10 MB: the newest "createdAt" of an "id" is the current one.';
comment on column public."Document"."version" is
  'Counts changes of the row, such as of its owner; a new version of the document is a new row.';
alter table public."Document" alter column "title" set statistics 0,
  alter column "content" set statistics 0;
create index "Document_userId_idx" on public."Document" ("userId", "createdAt" desc, "id" desc);
create index "Document_organizationId_idx"
  on public."Document" ("organizationId", "createdAt" desc, "id" desc);

create table public."Suggestion" (
  "id" uuid primary key default gen_random_uuid(),
  "documentId" uuid not null,
  "documentCreatedAt" timestamp(3) not null,
  "originalText" text not null check (octet_length("originalText") <= 1048576),
  "suggestedText" text not null check (octet_length("suggestedText") <= 1048576),
  "description" text check (octet_length("description") <= 1048576),
  "isResolved" boolean not null default false,
  "userId" uuid default auth.uid() references public."User" on delete set null,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc')
    check ("createdAt" between '1970-01-01' and '9999-12-31'),
  "version" integer not null default 1,
  constraint "Suggestion_document_fkey" foreign key ("documentId", "documentCreatedAt")
    references public."Document" ("id", "createdAt") on delete cascade
);
comment on table public."Suggestion" is
  'A proposed change to one version of a document. "userId" is null once its author''s account is deleted.';
alter table public."Suggestion" alter column "originalText" set statistics 0,
  alter column "suggestedText" set statistics 0, alter column "description" set statistics 0;
create index "Suggestion_document_idx"
  on public."Suggestion" ("documentId", "documentCreatedAt", "createdAt", "id");
create index "Suggestion_userId_idx" on public."Suggestion" ("userId");
