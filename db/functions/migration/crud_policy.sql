-- The counterpart of Drizzle's crudPolicy: the four policies of a table with one kind of owner.
-- Call it in a policy file, after reset_policies; grants stay in the file, column by column.
--
--   call app_private.crud_policy('public."Note"', 'regular_user',
--     rule => '"userId" = (select auth.uid())');
--
-- "modify" is written once and becomes the insert, the update and the delete policy; "rule" becomes
-- all four. A null expression makes no policy, so nobody of that role may do it. "named" is the
-- pattern of their names, "commands" are those that get a policy.
create or replace procedure app_private.crud_policy(
  target regclass, role regrole, read text default null, modify text default null,
  named text default '{command}_owner', rule text default null,
  commands text[] default '{select,insert,update,delete}')
  language plpgsql
  set search_path = ''
as $$
declare
  kind text;
  policy text;
begin
  read := coalesce(read, rule);
  modify := coalesce(modify, rule);
  foreach kind in array commands loop
    continue when case kind when 'select' then read else modify end is null;
    policy := replace(named, '{command}', kind);
    execute format('create policy %I on %s for %s to %s', policy, target, kind, role)
      || case kind
        when 'select' then format(' using (%s)', read)
        when 'insert' then format(' with check (%s)', modify)
        when 'update' then format(' using (%s) with check (%s)', modify, modify)
        else format(' using (%s)', modify)
      end;
    execute format('comment on policy %I on %s is %L', policy, target,
      format('Made by app_private.crud_policy: one rule decides who may %s.', kind));
  end loop;
end
$$;
comment on procedure app_private.crud_policy is
  'Makes the select, insert, update and delete policies of a simple table for one role.';
