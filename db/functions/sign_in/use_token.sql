-- Definer: nobody reads "verificationToken".
create or replace function app_private.use_token(purpose text, token_digest bytea)
  returns public."verificationToken"
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  used public."verificationToken";
begin
  delete from public."verificationToken" t
  where t."token" = encode(token_digest, 'hex') and t."purpose" = use_token.purpose
    and t."expires" > now() at time zone 'utc' and t."userId" is not null
  returning t.* into used;
  if not found then
    raise exception 'the token is not valid' using errcode = 'RC010';
  end if;
  return used;
end
$$;
alter function app_private.use_token(text, bytea) owner to sign_in_definer;
comment on function app_private.use_token(text, bytea) is
  'Deletes a mailed token and returns it. RC010: unknown, used or expired.';
