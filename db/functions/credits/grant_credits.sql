-- Definer: nobody inserts into "CreditEntry".
create or replace function public.grant_credits(user_id uuid, amount numeric, reason text)
  returns numeric
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  balance numeric;
begin
  if not auth.permissions() ? 'can_grant_credits' then
    raise exception 'permission denied to grant credits' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_amount(amount);
  insert into public."CreditEntry" ("userId", "amount", "reason", "grantedBy")
  values (user_id, grant_credits.amount, grant_credits.reason, auth.uid())
  returning "CreditEntry"."balance" into balance;
  return balance;
end
$$;
alter function public.grant_credits(uuid, numeric, text) owner to credit_definer;
grant execute on function public.grant_credits(uuid, numeric, text) to regular_user;
comment on function public.grant_credits(uuid, numeric, text) is
  'Grants credits to a person; needs can_grant_credits. Returns the new balance.';
