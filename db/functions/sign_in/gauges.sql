-- Definer: the sign-in login reads no table. Counts only.
create or replace function auth.gauges()
  returns table (sessions bigint, events bigint, migrations bigint)
  language sql
  stable
  security definer
  set search_path = ''
as $$
  select
    (select count(*) from public.sessions s
      where s."familyId" is null and s."revoked" is null and s."expires" > now() at time zone 'utc'),
    pg_catalog.pg_stat_get_live_tuples('public."Event"'::regclass),
    (select count(*) from app_private.migration m where m.name like 'db/schema/%')
$$;
alter function auth.gauges() owner to sign_in_definer;
grant execute on function auth.gauges() to rlschat_auth;
comment on function auth.gauges() is
  'How many sessions live, how many events the outbox is estimated to hold, how many files of '
  'db/schema this database has: for the metrics of the API.';
