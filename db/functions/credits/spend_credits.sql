-- Definer: nobody inserts into "CreditEntry".
create or replace function public.spend_credits(amount numeric, reason text)
  returns numeric
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  balance numeric;
begin
  if auth.uid() is null then
    raise exception 'authentication required' using errcode = 'insufficient_privilege';
  end if;
  perform app_private.require_amount(amount);
  insert into public."CreditEntry" ("userId", "amount", "reason")
  values (auth.uid(), -spend_credits.amount, spend_credits.reason)
  returning "CreditEntry"."balance" into balance;
  return balance;
end
$$;
alter function public.spend_credits(numeric, text) owner to credit_definer;
grant execute on function public.spend_credits(numeric, text) to regular_user, chat_definer;
comment on function public.spend_credits(numeric, text) is
  'Spends the caller''s credits. Returns the new balance. RC005: insufficient credits.';
