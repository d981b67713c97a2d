-- What the roles of the forms stand on. None of them is a regular_user: the policies that are shipped
-- must not apply to them.

create role bench_person;
create role bench_stranger;
create role bench_trusted;

set role rlschat_owner;
grant usage on schema public, auth to bench_person, bench_stranger, bench_trusted;
grant select, insert, update, delete on public."Message", public."Vote", public."Stream"
  to bench_person, bench_stranger, bench_trusted;
grant select on public."Chat" to bench_person, bench_stranger, bench_trusted;
grant select on public."User" to bench_trusted;

-- "Chat" is judged by the policies that are shipped.
do $$
declare
  policy record;
begin
  for policy in
    select policyname, qual, roles from pg_catalog.pg_policies
    where schemaname = 'public' and tablename = 'Chat' and cmd = 'SELECT' and roles && '{anonymous,regular_user}'
  loop
    execute format('create policy %I on public."Chat" for select to %s using (%s)',
      'bench_' || policy.policyname,
      case when 'anonymous' = any (policy.roles) then 'bench_person, bench_stranger' else 'bench_person' end,
      policy.qual);
  end loop;
end
$$;

-- Where the rule is written by hand, the policies let everything pass.
create policy bench_trusted on public."User" for select to bench_trusted using (true);
create policy bench_trusted on public."Chat" for select to bench_trusted using (true);
create policy bench_trusted on public."Message" for all to bench_trusted using (true);
create policy bench_trusted on public."Vote" for all to bench_trusted using (true);
create policy bench_trusted on public."Stream" for all to bench_trusted using (true);

create function auth.bench_can_read_chat(chat_id uuid, uid uuid, organization_id uuid)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 50
as $$
begin
  return exists (
    select from public."Chat" c
    where c."id" = chat_id and (
      c."userId" = uid and c."organizationId" is null
      or c."organizationId" = bench_can_read_chat.organization_id
      or c."visibility" = 'public'));
end
$$;

create function auth.bench_can_read_chat(chat_id uuid)
  returns boolean
  language plpgsql
  stable
  parallel safe
  security definer
  set search_path = ''
  cost 100
as $$
begin
  return auth.bench_can_read_chat(chat_id, auth.uid(), auth.organization_id());
end
$$;

-- The request names the chat in a setting. That proves nothing, so it is looked up under RLS, once.
create function auth.bench_hinted_chat()
  returns uuid
  language plpgsql
  stable
  parallel safe
  set search_path = ''
  cost 100
as $$
begin
  return (select c."id" from public."Chat" c where c."id" = nullif(current_setting('bench.chat', true), '')::uuid);
end
$$;

grant create on schema auth to identity_definer;
alter function auth.bench_can_read_chat(uuid, uuid, uuid) owner to identity_definer;
alter function auth.bench_can_read_chat(uuid) owner to identity_definer;
revoke create on schema auth from identity_definer;
grant execute on function auth.bench_hinted_chat(), auth.bench_can_read_chat(uuid),
  auth.bench_can_read_chat(uuid, uuid, uuid), auth.uid(), auth.organization_id(), auth.can_write_chat(uuid)
  to bench_person, bench_stranger;
grant execute on function auth.bench_can_read_chat(uuid, uuid, uuid) to identity_definer;
