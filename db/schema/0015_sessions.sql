-- A sign-in is one row that stays: the newest pair of tokens stands in it, and the pairs before, or
-- beside it, refer to it. So several pairs of one sign-in can be good at once (auth.refresh_session),
-- people see one row a sign-in, and whoever changes a sign-in has one row to lock.

-- Every row is updated under this file's lock anyway.
-- squawk-ignore-file adding-foreign-key-constraint, adding-field-with-default, constraint-missing-not-valid

alter table public.sessions
  add column "familyId" integer references public.sessions on delete cascade,
  add column "uses" smallint not null default 0,
  add column "lastUsed" timestamp(3) not null default (now() at time zone 'utc'),
  add column "client" varchar(200);

-- The newest row of each family becomes the sign-in; it began when the oldest did.
alter table public.sessions no force row level security;
update public.sessions s
set "familyId" = nullif(f."newest", s."id"), "createdAt" = f."began", "lastUsed" = s."createdAt"
from (
  select i."id", max(i."id") over family as "newest", min(i."createdAt") over family as "began"
  from public.sessions i
  window family as (partition by i."family")) f
where f."id" = s."id";
alter table public.sessions force row level security;

-- No client was ever granted it; its index goes with it.
-- squawk-ignore ban-drop-column
alter table public.sessions drop column "family";
create index "sessions_familyId_idx" on public.sessions ("familyId");

alter table public.sessions
  add constraint "sessions_rotated_check" check ("rotated" is null or "familyId" is not null),
  add constraint "sessions_uses_check" check ("uses" between 0 and 50),
  add constraint "sessions_client_check" check ("client" !~ '[\u0001-\u001f\u007f-\u009f]');

comment on table public.sessions is
  'A sign-in, with its newest pair of tokens: "sessionToken" is the digest of the refresh token, '
  '"secretDigest" of the secret that its access tokens carry. A row with a "familyId" is another '
  'pair of that sign-in.';
comment on column public.sessions."familyId" is
  'The sign-in that this pair belongs to; null in the row that is the sign-in.';
comment on column public.sessions."rotated" is 'When the refresh token was first exchanged.';
comment on column public.sessions."uses" is
  'How many pairs the refresh token was exchanged for: one, and within its grace up to fifty.';
comment on column public.sessions."createdAt" is 'When the sign-in began.';
comment on column public.sessions."lastUsed" is 'When this pair was handed out.';
comment on column public.sessions."client" is
  'The beginning of the User-Agent header of the request that this pair was handed out to.';
