-- Requests without an identity. They see public rows.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'anonymous') then
    create role anonymous;
  end if;
end
$$;
alter role anonymous nologin noinherit;
comment on role anonymous is 'Requests without an identity.';
