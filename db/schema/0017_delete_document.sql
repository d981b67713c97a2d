-- Whoever may manage documents sees them, so they delete with a plain DELETE.

drop function if exists public.delete_document(uuid, timestamp, text[]);
