-- The outbox of live events.
--
-- A list of everybody who may know of a deletion would be 160 KB for 10,000 members, for each deleted
-- message. So a deletion keeps the scope of the row: its chat's owner, organization and visibility at
-- that moment, and the snapshot that tells who was a member then.
--
-- No index serves the purge, which reads a day of events once an hour: each message would pay for it.

create table public."Event" (
  -- Sequence order is not commit order: a reader takes what its snapshot sees and its previous one
  -- did not, so each row has its transaction id.
  "xid" xid8 not null default pg_current_xact_id(),
  "id" bigint not null generated always as identity,
  "createdAt" timestamp(3) not null default (now() at time zone 'utc'),
  "kind" varchar(50) not null,
  "rowId" uuid not null,
  "chatId" uuid,
  "userId" uuid,
  "organizationId" uuid,
  "visibility" varchar,
  "snapshot" pg_snapshot,
  -- The only index that an insert into "Message" pays for: by transaction, as delivery reads.
  primary key ("xid", "id")
);
comment on table public."Event" is
  'The outbox of live events, written in the transaction of the change: what happened to which row, '
  'without its content. Kept one day.';
comment on column public."Event"."userId" is
  'For a member: the person. For a deletion: the owner of the row''s chat.';
comment on column public."Event"."snapshot" is
  'For a deletion: what was committed by then, so that people who join later are not told.';
create index "Event_joined_idx" on public."Event" ("userId") where "kind" = 'member.joined';
