-- The four schemas, what nobody may do in them by default, and the books that migrations keep.

create schema auth;
comment on schema auth is 'Who is asking, and what they may do.';
create schema app_private;
comment on schema app_private is 'Helpers and books that no client names.';
create schema monitor;
comment on schema monitor is 'What operators look at: policies, checks, migrations; nobody''s rows.';
create schema extensions;
comment on schema extensions is 'Where extensions keep their objects; no role of a request may use it.';

create extension if not exists btree_gist with schema extensions;

-- Functions are executable by nobody until a grant says so. Only this global form works (the form
-- with "in schema" cannot take away what PostgreSQL gives by default), and it binds per creator.
alter default privileges revoke execute on functions from public;
alter default privileges for role auth_definer revoke execute on functions from public;

grant usage on schema auth to anonymous, regular_user, auth_definer, rlschat_api, rlschat_auth;
grant usage on schema public to anonymous, regular_user, auth_definer, rlschat_backup, rlschat_purge;
grant usage on schema app_private to auth_definer, rlschat_purge;
grant usage on schema monitor to monitor, auth_definer;

-- Column defaults name it, so it must exist before the tables; db/functions gives it its body.
create function auth.uid() returns uuid language sql stable as 'select null::uuid';

create table app_private.migration (
  name text primary key,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  "appliedAt" timestamptz not null default now()
);
comment on table app_private.migration is 'The files of db/ that were applied, with the SHA-256 of each.';

create table app_private.fingerprint (
  kind text not null,
  name text not null,
  definition text not null,
  primary key (kind, name)
);
comment on table app_private.fingerprint is
  'What the last migration left in the catalogue; db-check compares it with what is there now.';
