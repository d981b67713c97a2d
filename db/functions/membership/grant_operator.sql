-- Definer: nobody updates "User". Called from outside only (make db-grant-operator).
create or replace function app_private.grant_operator(email text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  operator_role constant uuid := uuid '00000000-0000-4000-8000-000000000003';
  person record;
begin
  select u."id", u."organizationId" into person from public."User" u
  where auth.folded_address(u."email") = auth.folded_address(grant_operator.email) and u."email" <> ''
  for update;
  if not found then
    return null;
  elsif person."organizationId" is not null then
    raise exception 'an operator cannot be a member of an organization' using errcode = 'RC011';
  end if;
  update public."User" u set "roleId" = operator_role
  where u."id" = person."id";
  return person."id";
end
$$;
alter function app_private.grant_operator(text) owner to membership_definer;
comment on function app_private.grant_operator(text) is
  'Makes a person an operator; null when nobody has that address. RC011: a member somewhere.';
