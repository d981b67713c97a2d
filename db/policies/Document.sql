-- Who may do what to public."Document"
--
--   owner                   sees, adds to and deletes their document; of an organization's only
--                           while they are a member
--   manager                 sees an organization's documents of everyone below them
--   can_view_documents      sees the organization's
--   can_manage_documents    sees and deletes the organization's
--   everybody else          sees nothing, and cannot add a version under an id that is taken
--
-- Not granted: updating. A change is a new version; one owner per id is a constraint.

call app_private.reset_policies('public."Document"', canary => 'id');

grant select on public."Document" to regular_user;
grant insert ("id", "createdAt", "title", "content", "text", "userId", "organizationId")
  on public."Document" to regular_user;
grant delete on public."Document" to regular_user;

call app_private.crud_policy('public."Document"', 'regular_user',
  commands => '{select,insert,delete}',
  rule => '"userId" = (select auth.uid())
    and ("organizationId" is null or "organizationId" = (select auth.organization_id()))');
comment on policy select_owner on public."Document" is
  'Owners see their documents; in an organization, only while they are a member.';
comment on policy insert_owner on public."Document" is
  'People create documents and versions as themselves, personal or in their organization.';
comment on policy delete_owner on public."Document" is
  'Owners delete their versions; in an organization, only while they are a member.';

-- Restrictive: it narrows insert_owner and admits nobody.
create policy insert_free_id on public."Document"
  as restrictive for insert to regular_user
  with check (not auth.is_document_taken("id"));
comment on policy insert_free_id on public."Document" is
  'No version goes under an id that belongs to another person.';

create policy hierarchical on public."Document"
  for select to regular_user
  using (
    "organizationId" = (select auth.organization_id())
    and "userId" = any ((select auth.report_ids())::uuid[])
  );
comment on policy hierarchical on public."Document" is
  'Managers see the documents in their organization of everyone below them.';

create policy role_based_access on public."Document"
  for select to regular_user
  using (
    "organizationId" = (select auth.organization_with('can_view_documents'))
    or "organizationId" = (select auth.organization_with('can_manage_documents'))
  );
comment on policy role_based_access on public."Document" is
  'People with can_view_documents or can_manage_documents see the documents of their organization.';

create policy delete_permitted on public."Document"
  for delete to regular_user
  using ("organizationId" = (select auth.organization_with('can_manage_documents')));
comment on policy delete_permitted on public."Document" is
  'People with can_manage_documents delete the documents of their organization.';

-- For functions.

grant select ("id", "userId") on public."Document" to identity_definer;
grant select ("id", "userId", "organizationId") on public."Document" to membership_definer;
grant update ("userId") on public."Document" to membership_definer;

create policy function_select_identity on public."Document"
  for select to identity_definer
  using (true);
comment on policy function_select_identity on public."Document" is
  'auth.is_document_taken() asks whose document it is.';

create policy function_select_membership on public."Document"
  for select to membership_definer
  using ("organizationId" is not null);
comment on policy function_select_membership on public."Document" is
  'The hand-over finds what a person owns in an organization.';

create policy function_update on public."Document"
  for update to membership_definer
  using ("organizationId" is not null)
  with check ("organizationId" is not null);
comment on policy function_update on public."Document" is
  'The hand-over gives an organization''s document a new owner.';
