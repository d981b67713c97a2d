-- How every policy file begins: nobody may do anything on the table. Drops its policies, revokes
-- every grant but the owner's, enables and forces RLS, and makes the trigger that lets no impersonator
-- write. What stays is the backup's reading, and, where
-- "canary" names the column that is the canary's id in its row, the making of that one row
-- (app_private.ensure_builtin_rows).
create or replace procedure app_private.reset_policies(
  target regclass, canary text default null)
  language plpgsql
  set search_path = ''
as $$
declare
  canary_id constant uuid := uuid '00000000-0000-4000-8000-00000000ca7a';
  item record;
begin
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('create or replace trigger _000_impersonation before insert or update or delete on %s '
    'for each statement when (current_setting(''transaction_isolation'') = ''read uncommitted'') '
    'execute function app_private.tg__impersonation()', target);
  for item in select polname from pg_catalog.pg_policy where polrelid = target loop
    execute format('drop policy %I on %s', item.polname, target);
  end loop;
  for item in
    select distinct case grantee when 0 then 'public' else pg_get_userbyid(grantee) end as name
    from pg_catalog.pg_class c
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attacl is not null
    cross join lateral (
      select grantee from pg_catalog.aclexplode(c.relacl)
      union select grantee from pg_catalog.aclexplode(a.attacl)) as g
    where c.oid = target and g.grantee <> c.relowner
  loop
    execute format('revoke all on %s from %I', target, item.name);
  end loop;

  execute format('grant select on %s to rlschat_backup', target);
  execute format('create policy select_backup on %s for select to rlschat_backup using (true)',
    target);
  execute format('comment on policy select_backup on %s is %L', target, 'A dump holds every row.');

  if canary is not null then
    execute format('grant select, insert on %s to builtin_definer', target);
    execute format('create policy function_select_canary on %s for select to builtin_definer '
      'using (%I = %L::uuid)', target, canary, canary_id);
    execute format('create policy function_insert_canary on %s for insert to builtin_definer '
      'with check (%I = %L::uuid)', target, canary, canary_id);
    execute format('comment on policy function_select_canary on %s is %L', target,
      'A migration or monitor.canary asks whether the canary row is there.');
    execute format('comment on policy function_insert_canary on %s is %L', target,
      'A migration makes the canary row, and no other.');
  end if;
end
$$;
comment on procedure app_private.reset_policies is
  'Takes a table back to "nobody may do anything", the state in which its policy file begins.';
