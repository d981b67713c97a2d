create or replace function auth.covers(held jsonb, wanted jsonb)
  returns boolean
  language sql
  immutable
  parallel safe
  set search_path = ''
as $$
  select not exists (
    select from jsonb_each(wanted) w
    where w.value = 'true'::jsonb and held -> w.key is distinct from 'true'::jsonb)
$$;
grant execute on function auth.covers(jsonb, jsonb) to regular_user, identity_definer, membership_definer;
comment on function auth.covers(jsonb, jsonb) is
  'Whether every permission that is true in the second object is true in the first.';
