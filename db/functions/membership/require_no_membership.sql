create or replace function app_private.require_no_membership(organization uuid, role uuid)
  returns void
  language plpgsql
  stable
  set search_path = ''
as $$
begin
  if organization is not null then
    raise exception 'already a member of an organization' using errcode = 'RC002';
  elsif role is not null then
    raise exception 'an operator cannot be a member of an organization' using errcode = 'RC011';
  end if;
end
$$;
alter function app_private.require_no_membership(uuid, uuid) owner to membership_definer;
comment on function app_private.require_no_membership(uuid, uuid) is
  'Does nothing for a person without an organization and without a role. RC002: already in an '
  'organization; RC011: an operator.';
