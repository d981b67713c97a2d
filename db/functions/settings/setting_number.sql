-- plpgsql: PostgreSQL 15 plans a function in sql that sets search_path again in every statement.
create or replace function app_private.setting_number(setting text)
  returns numeric
  language plpgsql
  stable
  parallel safe
  set search_path = ''
as $$
begin
  return (
    select coalesce((
        select s.value::numeric from app_private.setting s
        where s.name = n.name and s.value ~ n.pattern), n.fallback)
    from app_private.numeric_setting n
    where n.name = setting);
end
$$;
grant execute on function app_private.setting_number(text) to chat_definer, credit_definer;
comment on function app_private.setting_number(text) is
  'What a setting says, or its fallback when it is missing or malformed. It never fails.';
