-- Finishes and extends streams, for the person who asks and by the same rules.
-- It has no BYPASSRLS: what its functions may read and write are the policies "to chat_definer".
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'chat_definer') then
    create role chat_definer;
  end if;
end
$$;
alter role chat_definer nologin noinherit;
comment on role chat_definer is 'Owns the functions that append to and finish the stream of the person who asks.';
