-- Deletes without a WHERE: its owner's delete policies say which rows are past their retention.
-- Definer: only rlschat_purge may delete them.
create or replace function app_private.purge()
  returns table (purged text, deleted bigint)
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  foreach purged in array array['AuditEvent', 'Event', 'IdempotencyKey', 'Invitation', 'Quota',
    'StreamChunk', 'sessions', 'verificationToken']
  loop
    execute format('delete from public.%I', purged);
    get diagnostics deleted = row_count;
    return next;
  end loop;
end
$$;
-- A new owner needs CREATE for the moment of taking over.
grant create on schema app_private to rlschat_purge;
alter function app_private.purge() owner to rlschat_purge;
revoke create on schema app_private from rlschat_purge;
comment on function app_private.purge() is
  'Deletes what is past its retention, and says how many rows of each table.';
