-- What a client holds against what is there now: every document has a row version, too (it changes
-- when the document changes owner), and the functions below take the tags of If-Match. A kept answer
-- is always that of a success, so its status says nothing.

alter table public."Document" add column "version" integer not null default 1;
-- It was written by nobody so far.
-- squawk-ignore ban-drop-column
alter table public."IdempotencyKey" drop column "status";

drop function if exists public.delete_document(uuid, timestamp);
drop function if exists public.set_member_role(uuid, uuid);
drop function if exists public.set_member_manager(uuid, uuid);
drop function if exists public.remove_member(uuid);
