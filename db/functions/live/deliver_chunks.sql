-- The next chunks for followers of streams. A follower is a person (null: anonymous), the digest of
-- the secret of their session, the chat, the stream, and the index of the last chunk that they have
-- (null: they have no room now). One statement in one snapshot, as auth.deliver. It returns
--   chunk                id: its index; payload: the text
--   finished, abandoned  for a follower who has every chunk; payload: the message that it became
--   end                  payload: why these followers get no more
-- Definer: the login of delivery reads no table.
create or replace function auth.deliver_chunks(
  people uuid[], digests bytea[], chats uuid[], streams uuid[], indexes integer[])
  returns table ("id" bigint, "kind" text, "payload" text, "readers" integer[])
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  with ended as materialized (
    select s.n::integer as n, coalesce(x.reason, 'not_found') as reason
    from unnest(chats, streams) with ordinality as s (chat, stream, n)
    left join auth.ended_subscriptions(people, digests, chats) x on x.subscriber = s.n
    -- In this chat: clients choose ids, and may use one again in another chat.
    left join public."Stream" t on t."id" = s.stream and t."chatId" = s.chat
    where x.reason is not null or t."id" is null
  )
  (select c."index"::bigint, c.kind, c.payload, array[c.subscriber]
    from app_private.next_chunks(streams, indexes) c
    where c.subscriber not in (select x.n from ended x)
    order by c."index")
  union all
  select null, 'end', x.reason, array_agg(x.n) from ended x group by x.reason;
end
$$;
alter function auth.deliver_chunks(uuid[], bytea[], uuid[], uuid[], integer[]) owner to live_definer;
grant execute on function auth.deliver_chunks(uuid[], bytea[], uuid[], uuid[], integer[])
  to rlschat_live;
comment on function auth.deliver_chunks(uuid[], bytea[], uuid[], uuid[], integer[]) is
  'The next chunks of the streams that these people follow, how streams ended, and the followers '
  'who have lost access.';
