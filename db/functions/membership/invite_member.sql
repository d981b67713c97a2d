-- Not a definer: the policies on "Invitation" decide. The token itself never comes here.
create or replace function public.invite_member(email text, role_id uuid, token_digest bytea)
  returns uuid
  language plpgsql
  set search_path = ''
as $$
declare
  invitation uuid;
begin
  -- Replaces the open invitations of this address.
  delete from public."Invitation" i
  where i."organizationId" = auth.organization_id()
    and auth.folded_address(i."email") = auth.folded_address(invite_member.email)
    and i."acceptedAt" is null;

  insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest")
  values (auth.organization_id(), normalize(invite_member.email, nfc), role_id, token_digest)
  returning "id" into invitation;
  return invitation;
end
$$;
grant execute on function public.invite_member(text, uuid, bytea) to regular_user;
comment on function public.invite_member(text, uuid, bytea) is
  'Invites an e-mail address into the person''s organization; needs can_manage_members, and a role '
  'that holds nothing the person lacks. Takes the SHA-256 of the token that is mailed.';
