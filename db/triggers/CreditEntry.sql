-- Triggers of public."CreditEntry".

-- Definer: nobody updates a balance. The update locks the person's row, so two spenders at once
-- are judged one after the other.
create or replace function app_private.tg_credit_entry__balance()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  update public."User" u
  set "creditBalance" = u."creditBalance" + new."amount"
  where u."id" = new."userId" and u."creditBalance" + new."amount" >= 0
  returning u."creditBalance" into new."balance";

  if not found then
    if exists (select from public."User" u where u."id" = new."userId") then
      raise exception 'insufficient credits' using errcode = 'RC005';
    end if;
    raise exception 'person not found' using errcode = 'foreign_key_violation';
  end if;
  return new;
end
$$;
alter function app_private.tg_credit_entry__balance() owner to credit_definer;
comment on function app_private.tg_credit_entry__balance() is
  'Every entry of the ledger moves the balance, which never goes below zero.';

create or replace trigger _200_balance
  before insert on public."CreditEntry"
  for each row execute function app_private.tg_credit_entry__balance();

-- Definer: writes "AuditEvent".
create or replace function app_private.tg_credit_entry__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform app_private.audit_record(
    case when new."amount" > 0 then 'credits_granted' else 'credits_spent' end,
    'CreditEntry', new."id"::text, new."userId",
    details => jsonb_build_object('amount', new."amount", 'balance', new."balance"));
  return null;
end
$$;
alter function app_private.tg_credit_entry__audit() owner to record_definer;
comment on function app_private.tg_credit_entry__audit() is
  'Records granted and spent credits in the audit trail.';

create or replace trigger _400_audit
  after insert on public."CreditEntry"
  for each row execute function app_private.tg_credit_entry__audit();
