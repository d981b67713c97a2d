-- Deletes without a WHERE: the delete policies of its owner say which rows are past their retention,
-- and the tables that have one are the tables that it visits.
-- A second purge returns no rows instead of waiting. The lock is on a table that no role of a request
-- may lock; an advisory lock could be held by anyone who runs SQL. VACUUM takes the same lock: then
-- this purge is skipped.
-- Definer: only rlschat_purge may delete them.
create or replace function auth.purge()
  returns table (purged text, deleted bigint)
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  begin
    lock table public."verificationToken" in share update exclusive mode nowait;
  exception when lock_not_available then
    return;
  end;

  for purged in
    select c.relname::text from pg_catalog.pg_class c
    where c.relnamespace = 'public'::regnamespace and exists (
      select from pg_catalog.pg_policy p
      where p.polrelid = c.oid and p.polcmd = 'd' and 'rlschat_purge'::regrole = any (p.polroles))
    order by c.relname collate "C"
  loop
    execute format('delete from public.%I', purged);
    get diagnostics deleted = row_count;
    return next;
  end loop;
end
$$;
alter function auth.purge() owner to rlschat_purge;
grant execute on function auth.purge() to rlschat_auth;
comment on function auth.purge() is
  'Deletes what is past its retention: a row a table, or none while another purge is running.';
