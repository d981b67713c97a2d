-- One upsert a statement: it locks the person's row of the hour, so two writers at once are counted
-- one after the other. Definer: nobody writes "Quota".
create or replace function app_private.tg_message__quota()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  person constant uuid := auth.uid();
  quota constant integer := (select s.value::integer from app_private.setting s
    where s.name = 'messages_per_hour');
  written integer;
begin
  if person is null or quota is null then
    return null;
  end if;
  insert into public."Quota" as q ("userId", "kind", "period", "used")
  select person, 'messages', date_trunc('hour', now() at time zone 'utc'), count(*) from added
  having count(*) > 0
  on conflict ("userId", "kind", "period") do update set "used" = q."used" + excluded."used"
  returning q."used" into written;
  if written > quota then
    raise exception 'the quota of messages is used up'
      using errcode = 'RC014', detail = quota::text;
  end if;
  return null;
end
$$;
alter function app_private.tg_message__quota() owner to auth_definer;
comment on function app_private.tg_message__quota() is
  'Nobody writes more messages an hour than the setting messages_per_hour says. RC014: used up.';

create or replace trigger _300_quota
  after insert on public."Message"
  referencing new table as added
  for each statement execute function app_private.tg_message__quota();
