-- The login of live delivery. It listens for notifications and executes the functions that decide
-- who receives which event. It reads no table and becomes no other role.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_live') then
    create role rlschat_live;
  end if;
end
$$;
alter role rlschat_live login noinherit;
comment on role rlschat_live is 'Delivers live events: executes the functions of delivery.';

alter role rlschat_live set search_path = '';
alter role rlschat_live set statement_timeout = '10s';
alter role rlschat_live set lock_timeout = '3s';
alter role rlschat_live set idle_in_transaction_session_timeout = '10s';
