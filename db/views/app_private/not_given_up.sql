-- Against "drop owned by", with which a role may give up what it was granted, and which on PostgreSQL 18
-- takes it out of the policies too, whoever owns their tables: SQL on the API's connection could so end
-- what anonymous people see. The command fails as a whole (42501) where it meets a relation of which the
-- role holds only a column. This is that relation; no role of a request may use its schema.
create or replace view app_private.not_given_up as select true as held, true as not_held;
grant select (held) on app_private.not_given_up to anonymous, regular_user;
comment on view app_private.not_given_up is
  'Keeps the roles of requests from dropping what they were granted; nobody reads it.';
