-- Triggers of public."Vote".

create or replace function app_private.tg_vote__chat()
  returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new."chatId" := (select m."chatId" from public."Message" m where m."id" = new."message_id");
  return new;
end
$$;
-- An explanation fires it on a copy of the table.
grant execute on function app_private.tg_vote__chat() to rlschat_explain;
comment on function app_private.tg_vote__chat() is
  'A vote''s chat is its message''s, whatever the client sends; null where the voter cannot read it.';

create or replace trigger _200_chat
  before insert or update of "message_id", "chatId" on public."Vote"
  for each row execute function app_private.tg_vote__chat();

-- A row at a time: a deleted message asks for its votes, and mostly there are none. A vote that
-- goes with its message needs no event: the message's deletion has one.
-- Definer: nobody writes "Event".
create or replace function app_private.tg_vote__event()
  returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform app_private.record_deletion('vote.deleted', old."id", m."chatId")
    from public."Message" m where m."id" = old."message_id";
  else
    insert into public."Event" ("kind", "rowId", "chatId")
    values (case tg_op when 'INSERT' then 'vote.created' else 'vote.updated' end, new."id",
      new."chatId");
  end if;
  return null;
end
$$;
alter function app_private.tg_vote__event() owner to record_definer;
comment on function app_private.tg_vote__event() is
  'Writes votes that are cast, changed and taken back to the outbox.';

create or replace trigger _500_event
  after insert or delete on public."Vote"
  for each row execute function app_private.tg_vote__event();
create or replace trigger _500_event_update
  after update on public."Vote"
  for each row when (old."value" <> new."value")
  execute function app_private.tg_vote__event();
