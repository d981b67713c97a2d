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
alter function app_private.tg_credit_entry__audit() owner to auth_definer;
comment on function app_private.tg_credit_entry__audit() is 'Credits granted and spent leave a trace.';

create or replace trigger _400_audit
  after insert on public."CreditEntry"
  for each row execute function app_private.tg_credit_entry__audit();
