-- Definer: a policy that read "Chat" as the person would also see what is merely public.
create or replace function auth.can_write_chat(chat_id uuid)
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
      and case when c."organizationId" is null
        then c."userId" = auth.uid()
        else c."organizationId" = auth.organization_id()
      end);
end
$$;
alter function auth.can_write_chat(uuid) owner to identity_definer;
grant execute on function auth.can_write_chat(uuid) to regular_user, chat_definer;
comment on function auth.can_write_chat(uuid) is
  'Whether the person may write into a chat: their personal one, or one of their organization.';
