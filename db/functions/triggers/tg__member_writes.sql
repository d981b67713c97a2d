-- The policy has checked that the owner is a member; this keeps them one until commit. Otherwise a
-- person removed concurrently would own a row that the hand-over missed.
-- Definer: it locks the owner's row of "User", which a leaving (or its hand-over) waits for.
create or replace function app_private.tg__member_writes()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform from public."User" u
  where u."id" = new."userId" and u."organizationId" = new."organizationId"
  for share;
  if not found then
    raise exception 'the owner is not a member of the organization'
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
alter function app_private.tg__member_writes() owner to membership_definer;
comment on function app_private.tg__member_writes() is
  'Keeps the owner of a new chat or document in the organization until commit.';
