-- Definer: may ask for anybody's permissions, and asks for the person's own.
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
  return app_private.permissions_of(auth.uid());
end
$$;
alter function auth.permissions() owner to identity_definer;
grant execute on function auth.permissions() to regular_user, credit_definer, membership_definer,
  sign_in_definer;
comment on function auth.permissions() is
  'What the person''s role holds now: an object whose keys are the permissions, each true.';
