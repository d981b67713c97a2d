-- Definer: the caller may not see the chat of the row.
create or replace function auth.can_tidy_chat(chat_id uuid)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 300
as $$
begin
  return exists (
    select from public."Chat" c
    where c."id" = chat_id
      and (c."userId" = auth.uid()
          and (c."organizationId" is null or c."organizationId" = auth.organization_id())
        or c."organizationId" = auth.organization_with('can_manage_chats')));
end
$$;
alter function auth.can_tidy_chat(uuid) owner to identity_definer;
grant execute on function auth.can_tidy_chat(uuid) to regular_user;
comment on function auth.can_tidy_chat(uuid) is
  'Whether the caller may delete other people''s rows in a chat: its owner (in an organization, '
  'only while a member) or a holder of can_manage_chats.';
