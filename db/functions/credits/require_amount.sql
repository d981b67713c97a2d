create or replace function app_private.require_amount(amount numeric)
  returns void
  language plpgsql
  stable
  set search_path = ''
as $$
begin
  if amount is null or not amount > 0 or amount = 'NaN' or amount <> round(amount, 2) then
    raise exception 'the amount must be positive, with at most two decimal places'
      using errcode = 'invalid_parameter_value', column = 'amount';
  end if;
end
$$;
alter function app_private.require_amount(numeric) owner to credit_definer;
comment on function app_private.require_amount(numeric) is
  'Does nothing for a positive amount with at most two decimal places; 22023 for any other.';
