-- Definer: reads and writes accounts, and makes people through the trigger on them.
create or replace function auth.sign_in_oauth(
  provider text, provider_account_id text, scope text, email text, email_verified boolean,
  tokens jsonb default '{}')
  returns uuid
  language plpgsql
  security definer
  set search_path = ''
as $$
-- "on conflict" takes no qualified names.
#variable_conflict use_column
declare
  proven constant boolean := coalesce(email_verified, false) and coalesce(email, '') <> '';
  address constant text := normalize(email, nfc);
  -- From a signed-in session the account is linked to that person.
  person uuid := auth.uid();
  holder uuid;
  is_new boolean := false;
begin
  -- An account is known by the provider's own id for it, never by its address. A second request
  -- for a new account waits at the insert below and finds it in the next iteration.
  loop
    select a."userId" into holder from public.accounts a
    where a."provider" = sign_in_oauth.provider and a."providerAccountId" = provider_account_id;
    if holder is not null then
      if person is not null and person <> holder then
        raise exception 'the account is linked to another person' using errcode = 'RC013';
      end if;
      exit;
    end if;

    -- Link to an existing person only when both sides have verified the address and it differs at
    -- most in case: "ß" folds to "ss" but is another mailbox.
    if person is null and proven then
      select u."id" into person from public."User" u
      where auth.folded_address(u."email") = auth.folded_address(address)
        and lower(u."email" collate "und-x-icu") = lower(address collate "und-x-icu")
        and u."email" <> '' and u."emailVerified" is not null;
    end if;

    insert into public.accounts ("userId", "type", "provider", "providerAccountId", "scope")
    values (coalesce(person, gen_random_uuid()), 'oauth', sign_in_oauth.provider,
      provider_account_id, sign_in_oauth.scope)
    on conflict ("provider", "providerAccountId") do nothing
    returning "userId" into holder;
    is_new := holder is not null;
    exit when is_new;
  end loop;

  -- Encrypted by the API, or not sent at all.
  update public.accounts a
  set "access_token" = tokens ->> 'access_token',
    "refresh_token" = tokens ->> 'refresh_token',
    "id_token" = tokens ->> 'id_token',
    "token_type" = tokens ->> 'token_type',
    "expires_at" = (tokens ->> 'expires_at')::bigint
  where a."provider" = sign_in_oauth.provider and a."providerAccountId" = provider_account_id
    and tokens <> '{}';

  if is_new and person is null and proven then
    perform app_private.release_address(address, holder);
    update public."User" u
    set "email" = address, "emailVerified" = now() at time zone 'utc'
    where u."id" = holder and not exists (
      select from public."User" o
      where auth.folded_address(o."email") = auth.folded_address(address) and o."email" <> '');
  end if;
  return holder;
end
$$;
alter function auth.sign_in_oauth(text, text, text, text, boolean, jsonb) owner to sign_in_definer;
grant execute on function auth.sign_in_oauth(text, text, text, text, boolean, jsonb) to rlschat_auth;
comment on function auth.sign_in_oauth(text, text, text, text, boolean, jsonb) is
  'The person of an account at a provider. At first it is linked to the caller, to the person with '
  'that verified address, or to a new person. RC013: it is linked to another person.';
