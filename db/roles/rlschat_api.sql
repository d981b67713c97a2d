-- The login that serves requests. It owns nothing and may do nothing but become one of three roles.
-- Time-outs are set on logins: settings of a role do not apply after set role.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_api') then
    create role rlschat_api;
  end if;
end
$$;
alter role rlschat_api login noinherit;
comment on role rlschat_api is 'Serves requests: owns nothing, may only become another role.';

grant anonymous, regular_user, monitor to rlschat_api;

alter role rlschat_api set search_path = '';
alter role rlschat_api set statement_timeout = '10s';
alter role rlschat_api set lock_timeout = '3s';
alter role rlschat_api set idle_in_transaction_session_timeout = '10s';
-- Every request runs the plan that make plans has judged. Without this, the first five times of a
-- statement on each connection are planned for their values, which is dearer than most requests, and
-- not always better.
alter role rlschat_api set plan_cache_mode = 'force_generic_plan';
-- What a request reads is in memory mostly. At 4, PostgreSQL reads all of a table of some hundred rows
-- for each row of a page, because its primary key seems dearer.
alter role rlschat_api set random_page_cost = 1.1;
