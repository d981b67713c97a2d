-- The built-in roles, and the canary: a person nobody can sign in as, with one private row in each
-- table of what people own and write. A request without an identity that sees one of them proves
-- that policies do not hold, and the API refuses to serve. app_private.reset_policies makes the
-- policies that let this function write them.
-- Definer: the owner of the tables is bound by their policies and may insert none of these.
create or replace function app_private.ensure_builtin_rows()
  returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  canary constant uuid := uuid '00000000-0000-4000-8000-00000000ca7a';
begin
  insert into public."Role" ("id", "name", "permissions", "organizationId") values
    ('00000000-0000-4000-8000-000000000001', 'member', '{}', null),
    ('00000000-0000-4000-8000-000000000002', 'organization_admin',
      '{"can_view_documents": true, "can_manage_documents": true, "can_manage_chats": true,
        "can_manage_members": true, "can_manage_roles": true, "can_manage_organization": true,
        "can_view_audit": true}', null),
    ('00000000-0000-4000-8000-000000000003', 'operator',
      '{"can_view_monitoring": true, "can_grant_credits": true, "can_impersonate": true}', null)
  on conflict ("id") do update set "name" = excluded."name", "permissions" = excluded."permissions"
  where ("Role"."name", "Role"."permissions") is distinct from
    (excluded."name", excluded."permissions");

  insert into public."User" ("id") values (canary) on conflict do nothing;
  insert into public.accounts ("userId", "type", "provider", "providerAccountId")
  values (canary, 'canary', 'canary', canary::text)
  on conflict do nothing;
  insert into public.sessions ("userId", "expires", "sessionToken", "revoked")
  values (canary, 'infinity', 'canary', now() at time zone 'utc')
  on conflict do nothing;
  insert into public."Chat" ("id", "title", "userId") values (canary, 'canary', canary)
  on conflict do nothing;
  insert into public."Message" ("id", "chatId", "role", "parts", "userId")
  values (canary, canary, 'user', '[]', null)
  on conflict do nothing;
  insert into public."Vote" ("id", "message_id", "user_id", "value")
  values (canary, canary, canary, 'up')
  on conflict do nothing;
  insert into public."Stream" ("id", "chatId", "userId") values (canary, canary, canary)
  on conflict do nothing;
  insert into public."StreamChunk" ("streamId", "index", "data", "createdAt")
  values (canary, 0, 'canary', 'infinity')
  on conflict do nothing;
  -- Its exclusion constraints are deferrable, so "on conflict" cannot ask them.
  insert into public."Document" ("id", "title", "userId")
  select canary, 'canary', canary
  where not exists (select from public."Document" d where d."id" = canary);
  insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText",
    "suggestedText", "userId")
  select canary, d."id", d."createdAt", '', '', canary
  from public."Document" d where d."id" = canary
  on conflict do nothing;
end
$$;
alter function app_private.ensure_builtin_rows() owner to builtin_definer;
comment on function app_private.ensure_builtin_rows() is
  'Puts back the built-in roles and the canary rows; changes nothing where they are.';
