-- The login of explanations over HTTP (POST /monitor/explain). It tries a person's statements in that
-- person's name, reads rows as rlschat_backup, and rolls everything back. Its holder has everybody's
-- rights, so it is used only where it is configured. It owns nothing and cannot become the owner, so
-- no policy, grant or audit event can be changed with it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_explain') then
    create role rlschat_explain;
  end if;
end
$$;
alter role rlschat_explain login noinherit;
comment on role rlschat_explain is
  'Explains access to operators: tries statements in anybody''s name, and rolls them back.';

grant anonymous, regular_user, identity_setter, rlschat_backup to rlschat_explain;

-- A row is written into a temporary copy of its table first, to see what triggers make of it.
do $$
begin
  execute format('grant temporary on database %I to rlschat_explain', current_database());
end
$$;

alter role rlschat_explain set search_path = '';
alter role rlschat_explain set statement_timeout = '5s';
alter role rlschat_explain set lock_timeout = '1s';
alter role rlschat_explain set idle_in_transaction_session_timeout = '10s';
