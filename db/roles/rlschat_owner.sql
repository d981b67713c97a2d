-- Owns every object. Nobody logs in as it; migrations become it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rlschat_owner') then
    create role rlschat_owner;
  end if;
end
$$;
alter role rlschat_owner nologin inherit;
comment on role rlschat_owner is 'Owns every object of the system.';

-- The owner hands functions over to these roles, and to those whose files grant it; a migration
-- reads these grants. The installing login may become it. Creating a role does not let its creator
-- become it, so membership is granted.
grant builtin_definer, chat_definer, credit_definer, identity_definer, live_definer,
  membership_definer, record_definer to rlschat_owner;
grant rlschat_owner, anonymous, regular_user, identity_setter to current_user;

do $$
begin
  execute format('grant create on database %I to rlschat_owner', current_database());
  execute format('revoke temporary on database %I from public', current_database());
  -- With the option, because the owner hands both on; a second time PostgreSQL would refuse.
  if not has_schema_privilege('rlschat_owner', 'public', 'create with grant option') then
    grant usage, create on schema public to rlschat_owner with grant option;
  end if;
end
$$;
