-- The payloads of a page, in the order that is given. The page ends early, with "is_cut", at the
-- first event with which the payloads exceed so many characters.
create or replace function app_private.event_payloads(happened public."Event"[], characters integer)
  returns table ("id" bigint, "kind" text, payload text, is_cut boolean)
  language plpgsql
  stable
  set search_path = ''
  rows 100
as $$
declare
  total integer := 0;
  event public."Event";
begin
  foreach event in array happened loop
    "id" := event."id";
    "kind" := event."kind";
    payload := app_private.event_payload(event);
    total := total + coalesce(length(payload), 0);
    is_cut := total > characters;
    return next;
    exit when is_cut;
  end loop;
end
$$;
alter function app_private.event_payloads(public."Event"[], integer) owner to live_definer;
comment on function app_private.event_payloads(public."Event"[], integer) is
  'What these events say, until the payloads exceed so many characters; null for a row that no '
  'longer exists.';
