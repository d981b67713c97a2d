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
comment on function app_private.tg_vote__chat() is
  'A vote''s chat is its message''s, whatever the client sends; null where the voter cannot read it.';

create or replace trigger _200_chat
  before insert or update of "message_id", "chatId" on public."Vote"
  for each row execute function app_private.tg_vote__chat();
