-- The policies of the seed document instead of ours. "userId" is cast because uuid and text cannot be compared; the
-- document has no policies for public chats and for the rows of a chat: those are ours, and EXISTS in its style.

do $$
declare
  p record;
begin
  for p in
    select policyname, tablename from pg_policies
    where schemaname = 'public' and cmd = 'SELECT' and 'regular_user' = any (roles)
      and tablename in ('Chat', 'Message', 'Vote', 'Stream', 'Document', 'Suggestion', 'User')
  loop
    execute format('drop policy %I on public.%I', p.policyname, p.tablename);
  end loop;
end
$$;

create policy user_owned on public."User" for select to regular_user using (auth.uid()::text = "id"::text);

create policy users_own_chats on public."Chat" for select to regular_user
  using (auth.uid()::text = "userId"::text);
create policy org_access on public."Chat" for select to regular_user
  using (exists (select 1 from public."User"
    where "User".id::text = auth.uid()::text and "User"."organizationId" = "Chat"."organizationId"));
create policy public_chats on public."Chat" for select to regular_user using ("visibility" = 'public');

create policy org_scoped on public."Message" for select to regular_user
  using (exists (select 1 from public."Chat" where "Chat".id = "Message"."chatId"));
create policy org_scoped on public."Vote" for select to regular_user
  using (exists (select 1 from public."Chat" where "Chat".id = "Vote"."chatId"));
create policy org_scoped on public."Stream" for select to regular_user
  using (exists (select 1 from public."Chat" where "Chat".id = "Stream"."chatId"));

create policy user_owned on public."Document" for select to regular_user
  using (auth.uid()::text = "userId"::text);
create policy role_based_access on public."Document" for select to regular_user
  using (exists (select 1 from public."User" u join public."Role" r on u."roleId" = r.id
    where u.id::text = auth.uid()::text and r.permissions ->> 'can_view_documents' = 'true'));
create policy org_scoped on public."Suggestion" for select to regular_user
  using (exists (select 1 from public."Document" where "Document".id = "Suggestion"."documentId"
    and "Document"."createdAt" = "Suggestion"."documentCreatedAt"));
