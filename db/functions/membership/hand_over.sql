-- Somebody who removes a colleague does not inherit from them while another administrator can: they
-- could have made themselves the manager for that. There is no remover when people leave by
-- themselves or when an operator edits "User" without an identity.
-- Definer: the person who goes, or who removes them, may not give other people's rows away.
create or replace function app_private.hand_over(person uuid, organization uuid, manager uuid)
  returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  administrator constant uuid := uuid '00000000-0000-4000-8000-000000000002';
  remover constant uuid := nullif(auth.uid(), person);
  heir constant uuid := coalesce(nullif(manager, remover), (
    select u."id" from public."User" u
    where u."organizationId" = organization
      and u."roleId" = administrator
      and u."id" <> person
    order by u."id" = remover, u."joinedAt", u."id"
    limit 1));
  chats bigint;
  documents bigint;
begin
  update public."User" set "managerId" = manager
  where "managerId" = person and "organizationId" = organization;

  if heir is null then
    return;
  end if;
  update public."Chat" set "userId" = heir
  where "userId" = person and "organizationId" = organization;
  get diagnostics chats = row_count;
  update public."Document" set "userId" = heir
  where "userId" = person and "organizationId" = organization;
  get diagnostics documents = row_count;

  if heir = remover and chats + documents > 0 then
    perform app_private.audit_record('remover_inherited', 'User', person::text, person,
      organization);
  end if;
end
$$;
alter function app_private.hand_over(uuid, uuid, uuid) owner to membership_definer;
comment on function app_private.hand_over(uuid, uuid, uuid) is
  'Gives a person''s rows in an organization to their manager, else to the longest-standing '
  'administrator, to the remover only as the last resort; their reports move up.';
