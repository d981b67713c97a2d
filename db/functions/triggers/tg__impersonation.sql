-- Every table of public has it (app_private.reset_policies). At read uncommitted, which only
-- impersonation uses, it refuses before the first row: in people's statements, and in what functions
-- write for them.
create or replace function app_private.tg__impersonation()
  returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  raise exception 'an impersonation reads only' using errcode = 'insufficient_privilege';
end
$$;
-- An explanation fires it on a copy of the table.
grant execute on function app_private.tg__impersonation() to rlschat_explain;
comment on function app_private.tg__impersonation() is
  'Refuses to write in a transaction that is read uncommitted, as those of impersonations are.';
