-- Every signed-in person. What one of them may see, policies decide by auth.uid().
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'regular_user') then
    create role regular_user;
  end if;
end
$$;
alter role regular_user nologin noinherit;
comment on role regular_user is 'Requests of signed-in people.';
