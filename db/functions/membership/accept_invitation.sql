-- Definer: the invited sees no invitation, and nobody updates their own row of "User".
create or replace function public.accept_invitation(token text)
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  digest constant bytea := sha256(convert_to(token, 'UTF8'));
  person record;
  invitation record;
begin
  -- Organization, person, invitation: the order in which every change of members locks.
  perform from public."Organization" o
  where o."id" = (
    select i."organizationId" from public."Invitation" i where i."tokenDigest" = digest)
  for no key update;
  select u."id", u."email", u."emailVerified", u."organizationId", u."roleId" into person
  from public."User" u where u."id" = auth.uid() for update;
  if not found then
    raise exception 'authentication required' using errcode = 'insufficient_privilege';
  end if;
  select i."id", i."organizationId", i."email", i."roleId", i."invitedBy", i."expires", i."acceptedAt"
  into invitation
  from public."Invitation" i where i."tokenDigest" = digest for update;

  -- One answer for unknown, used, expired, meant for another, or no longer the inviter's to give.
  if not found
    or invitation."acceptedAt" is not null
    or invitation."expires" <= now() at time zone 'utc'
    or person."emailVerified" is null
    or auth.folded_address(person."email") <> auth.folded_address(invitation."email")
    or not exists (
      select from public."User" u
      join public."Role" r on r."id" = invitation."roleId"
      where u."id" = invitation."invitedBy"
        and u."organizationId" = invitation."organizationId"
        and app_private.permissions_of(u."id") ? 'can_manage_members'
        and auth.covers(app_private.permissions_of(u."id"), r."permissions"))
  then
    raise exception 'the invitation is not valid' using errcode = 'RC004';
  end if;
  perform app_private.require_no_membership(person."organizationId", person."roleId");

  update public."Invitation" i set "acceptedAt" = now() at time zone 'utc'
  where i."id" = invitation."id";
  update public."User" u
  set "organizationId" = invitation."organizationId",
    "roleId" = invitation."roleId",
    "joinedAt" = now() at time zone 'utc'
  where u."id" = person."id";
  return invitation."organizationId";
end
$$;
alter function public.accept_invitation(text) owner to membership_definer;
grant execute on function public.accept_invitation(text) to regular_user;
comment on function public.accept_invitation(text) is
  'Joins the organization that the token invites the person''s verified address to. RC004: not '
  'valid (any more); RC002: already a member of an organization; RC011: an operator.';
