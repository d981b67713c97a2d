-- Definer: reads any person's role; only definer functions may ask.
create or replace function app_private.permissions_of(person uuid)
  returns jsonb
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_object_agg(p.key, p.value)
    from public."User" u
    join public."Role" r on r."id" = u."roleId"
    cross join jsonb_each(r."permissions") p
    where u."id" = person and p.value = 'true'::jsonb), '{}');
end
$$;
alter function app_private.permissions_of(uuid) owner to identity_definer;
grant execute on function app_private.permissions_of(uuid) to membership_definer, sign_in_definer;
comment on function app_private.permissions_of(uuid) is
  'What a person''s role holds now: an object whose keys are the permissions, each true.';
