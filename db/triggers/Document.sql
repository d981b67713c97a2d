-- Triggers of public."Document".

create or replace trigger _100_touch before update on public."Document"
  for each row execute function app_private.tg__touch();

create or replace trigger _200_member_writes before insert on public."Document"
  for each row when (new."organizationId" is not null)
  execute function app_private.tg__member_writes();

-- One event a document, not a version: hence a statement's trigger. Definer: writes "AuditEvent".
create or replace function app_private.tg_document__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform app_private.audit_record('owner_changed', 'Document', d."id"::text, d."to",
    d."organizationId", jsonb_build_object('from', d."from", 'to', d."to"))
  from (
    select distinct a."id", a."organizationId", b."userId" as "from", a."userId" as "to"
    from before b
    join after a using ("id", "createdAt")
    where a."userId" <> b."userId") as d;
  return null;
end
$$;
alter function app_private.tg_document__audit() owner to record_definer;
comment on function app_private.tg_document__audit() is
  'Records the hand-over of documents in the audit trail.';

create or replace trigger _400_audit
  after update on public."Document"
  referencing old table as before new table as after
  for each statement execute function app_private.tg_document__audit();
