-- Triggers of public."Stream".

-- Chunks have no events: followers read them.
-- Definer: nobody writes "Event".
create or replace function app_private.tg_stream__event()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform app_private.record_deletion('stream.deleted', old."id", old."chatId");
  else
    insert into public."Event" ("kind", "rowId", "chatId")
    values (case tg_op when 'INSERT' then 'stream.created' else 'stream.finished' end, new."id",
      new."chatId");
  end if;
  return null;
end
$$;
alter function app_private.tg_stream__event() owner to record_definer;
comment on function app_private.tg_stream__event() is
  'Writes streams that are opened, finished and deleted to the outbox.';

create or replace trigger _500_event
  after insert or delete on public."Stream"
  for each row execute function app_private.tg_stream__event();
create or replace trigger _500_event_update
  after update of "finishedAt" on public."Stream"
  for each row when (old."finishedAt" is null and new."finishedAt" is not null)
  execute function app_private.tg_stream__event();
