-- What auth.deliver would do with an event (its columns as JSON), by the functions that it asks, for
-- two subscriptions of a person (null: anonymous): to all of their own, and to the event's chat; if it
-- has none, the second is the first again.
-- Explanations show it to operators. It changes nothing, and returns no payload.
-- Definer: the functions of delivery are live_definer's alone.
create or replace function app_private.rehearse_delivery(event jsonb, person uuid, digests bytea[])
  returns table (own boolean, of_chat boolean, signed_in boolean, has_payload boolean)
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  happened constant public."Event" := jsonb_populate_record(null::public."Event", event);
  people constant uuid[] := array[person, person];
  wanted constant uuid[] := array[null, happened."chatId"];
  readers constant integer[] := array(
    select unnest(a.readers) from app_private.audience(array[happened], people, wanted) a
    union
    select unnest(d.readers)
    from app_private.deletion_audience(array[happened], null, people, wanted) d);
  ended constant bigint := (
    select count(*)
    from auth.ended_subscriptions(array_fill(person, array[cardinality(digests)]), digests,
      array_fill(null::uuid, array[cardinality(digests)])));
begin
  return query
  select 1 = any (readers), 2 = any (readers), person is null or ended < cardinality(digests),
    app_private.event_payload(happened) is not null;
end
$$;
alter function app_private.rehearse_delivery(jsonb, uuid, bytea[]) owner to live_definer;
grant execute on function app_private.rehearse_delivery(jsonb, uuid, bytea[]) to rlschat_backup;
comment on function app_private.rehearse_delivery(jsonb, uuid, bytea[]) is
  'Whether live delivery would send an event to a person, by what they subscribe to and whether one '
  'of these sessions is live.';
