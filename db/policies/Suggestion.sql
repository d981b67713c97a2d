-- Who may do what to public."Suggestion"
--
--   readers of the version       see its suggestions, and make one as themselves
--   author                       rewords ("suggestedText", "description") and deletes their own
--                                while they see the version
--   owner of the document        resolves ("isResolved") and deletes
--   everybody else               sees nothing
--
-- Not granted: moving a suggestion. A trigger decides which of the two may change which column.
-- "isResolved" can be listed in an insert, as Drizzle does, but a policy holds it at false.
--
-- Why (select true from …) and qualified columns: docs/policies.md.

call app_private.reset_policies('public."Suggestion"', canary => 'id');

grant select on public."Suggestion" to regular_user;
grant insert ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText",
  "description", "isResolved", "userId", "createdAt") on public."Suggestion" to regular_user;
grant update ("suggestedText", "description", "isResolved") on public."Suggestion" to regular_user;
grant delete on public."Suggestion" to regular_user;

create policy select_reader on public."Suggestion"
  for select to regular_user
  using ((select true from public."Document" d
    where d."id" = "Suggestion"."documentId"
      and d."createdAt" = "Suggestion"."documentCreatedAt"));
comment on policy select_reader on public."Suggestion" is
  'Readers of the version see its suggestions.';

call app_private.crud_policy('public."Suggestion"', 'regular_user', named => '{command}_author',
  modify => '"userId" = (select auth.uid())
    and (select true from public."Document" d
      where d."id" = "Suggestion"."documentId"
        and d."createdAt" = "Suggestion"."documentCreatedAt")');
comment on policy insert_author on public."Suggestion" is
  'Readers of the version suggest changes, as themselves.';
comment on policy update_author on public."Suggestion" is
  'Authors reword their suggestions while they see the version.';
comment on policy delete_author on public."Suggestion" is
  'Authors take back their suggestions while they see the version.';

-- Restrictive: it narrows insert_author and admits nobody.
create policy insert_unresolved on public."Suggestion"
  as restrictive for insert to regular_user
  with check (not "isResolved");
comment on policy insert_unresolved on public."Suggestion" is 'A new suggestion is unresolved.';

call app_private.crud_policy('public."Suggestion"', 'regular_user',
  named => '{command}_document_owner', commands => '{update,delete}',
  rule => '(select d."userId" = (select auth.uid()) from public."Document" d
    where d."id" = "Suggestion"."documentId"
      and d."createdAt" = "Suggestion"."documentCreatedAt")');
comment on policy update_document_owner on public."Suggestion" is
  'Owners of the document resolve what is suggested.';
comment on policy delete_document_owner on public."Suggestion" is
  'Owners of the document delete what is suggested.';
