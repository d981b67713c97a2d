-- Definer: reads the person's row and role whatever the policies on them say.
create or replace function auth.permissions()
  returns jsonb
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 150
as $$
begin
  return coalesce((
    select jsonb_object_agg(p.key, p.value)
    from public."User" u
    join public."Role" r on r."id" = u."roleId"
    cross join jsonb_each(r."permissions") p
    where u."id" = auth.uid() and p.value = 'true'::jsonb), '{}');
end
$$;
alter function auth.permissions() owner to auth_definer;
grant execute on function auth.permissions() to regular_user;
comment on function auth.permissions() is
  'What the person''s role holds now: an object whose keys are the permissions, each true.';
