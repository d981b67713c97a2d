-- The schemas, what is revoked in them by default, and the tables in which migrations record their work.

create schema auth;
comment on schema auth is
  'Identity and permissions, and the functions that the sign-in and delivery logins execute.';
create schema app_private;
comment on schema app_private is 'Helpers and records that no client names.';
create schema monitor;
comment on schema monitor is
  'Views for operators: policies, checks, migrations; no rows of people.';
create schema extensions;
comment on schema extensions is 'Objects of extensions; no role of a request may use it.';

create extension if not exists btree_gist with schema extensions;

-- A function is executable only where a grant says so. Only this global form works (the form with
-- "in schema" cannot revoke what PostgreSQL grants by default), and it holds per creating role.
alter default privileges revoke execute on functions from public;

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
  'The catalogue after the last migration, for db-check to compare with.';
