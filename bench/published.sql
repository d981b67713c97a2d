-- The tables and functions of the published tests: bench.rows rows; bench.uid() is Supabase's auth.uid(). The functions
-- stand twice: in bench with that one, in bench_ours with auth.uid(), as stable functions of a definer.

create schema bench;
create schema bench_ours;
-- pgbench prepares statements as the login.
grant usage on schema bench, bench_ours to rlschat_api;

create table bench.plain as
select x as id, 'name-' || x as name, gen_random_uuid() as user_id, 'user' as role, x as team_id
from generate_series(1, current_setting('bench.rows')::integer) x;
create table bench.team_user as
select x as id, gen_random_uuid() as user_id, 'user' as role, x as team_id from generate_series(1, 1000) x;

create function bench.id(kind text, number bigint) returns uuid language sql immutable parallel safe
  as $$ select left(encode(sha256(convert_to(kind || number, 'UTF8')), 'hex'), 32)::uuid $$;
insert into public."User" ("id", "email") values (bench.id('person', 0), 'person0@example.com');
insert into public.sessions ("userId", "expires", "sessionToken", "secretDigest")
values (bench.id('person', 0), now() at time zone 'utc' + interval '30 days', 'bench0',
  sha256(convert_to(lpad('0', 42, '0') || 'A', 'UTF8')));
update bench.plain set user_id = bench.id('person', 0), role = 'admin' where id = 1;
update bench.team_user set user_id = bench.id('person', 0), role = 'admin' where id in (1, 2);

create table bench.indexed as select * from bench.plain;
create index on bench.indexed (user_id);
create index on bench.indexed (team_id);
alter table bench.plain enable row level security;
alter table bench.indexed enable row level security;
analyze;

create function bench.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('auth.uid', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;

create function bench.is_admin() returns boolean language plpgsql security definer as $$ begin
  return exists (select from bench.team_user where bench.uid() = user_id and role = 'admin'); end $$;
create function bench.has_role() returns text language plpgsql security definer as $$ begin
  return (select role from bench.team_user where bench.uid() = user_id limit 1); end $$;
create function bench.user_teams() returns int[] language plpgsql security definer as $$ begin
  return array(select team_id from bench.team_user where bench.uid() = user_id); end $$;

create function bench_ours.is_admin() returns boolean language plpgsql stable security definer set search_path = '' as $$ begin
  return exists (select from bench.team_user where (select auth.uid()) = user_id and role = 'admin'); end $$;
create function bench_ours.has_role() returns text language plpgsql stable security definer set search_path = '' as $$ begin
  return (select role from bench.team_user where (select auth.uid()) = user_id limit 1); end $$;
create function bench_ours.user_teams() returns int[] language plpgsql stable security definer set search_path = '' as $$ begin
  return array(select team_id from bench.team_user where (select auth.uid()) = user_id); end $$;
