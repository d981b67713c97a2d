-- Triggers of public."Organization".

create or replace trigger _100_touch before update on public."Organization"
  for each row execute function app_private.tg__touch();

-- Definer: nobody updates their own row of "User".
create or replace function app_private.tg_organization__empty()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  perform app_private.end_membership(auth.uid(), old."id");
  return old;
end
$$;
alter function app_private.tg_organization__empty() owner to membership_definer;
comment on function app_private.tg_organization__empty() is
  'Ends the membership of the last member, who deletes the organization; other members stop the '
  'deletion (foreign key).';

create or replace trigger _200_empty
  before delete on public."Organization"
  for each row execute function app_private.tg_organization__empty();

-- Definer: writes "AuditEvent".
create or replace function app_private.tg_organization__audit()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform app_private.audit_record('organization_created', 'Organization', new."id"::text,
      organization => new."id", details => jsonb_build_object('name', new."name"));
  elsif tg_op = 'UPDATE' then
    perform app_private.audit_record('organization_renamed', 'Organization', new."id"::text,
      organization => new."id",
      details => jsonb_build_object('from', old."name", 'to', new."name"));
  else
    perform app_private.audit_record('organization_deleted', 'Organization', old."id"::text,
      organization => old."id", details => jsonb_build_object('name', old."name"));
  end if;
  return null;
end
$$;
alter function app_private.tg_organization__audit() owner to record_definer;
comment on function app_private.tg_organization__audit() is
  'Records that an organization was created, renamed or deleted.';

create or replace trigger _400_audit
  after insert or update of "name" or delete on public."Organization"
  for each row execute function app_private.tg_organization__audit();
