-- Stops "drop owned by", with which a role can drop what was granted to it; on PostgreSQL 18 also
-- its place in policies. The command fails (42501) at a relation of which the role holds only one
-- column: this one. No role of a request may use its schema.
create or replace view app_private.not_given_up as select true as held, true as not_held;
grant select (held) on app_private.not_given_up to anonymous, regular_user;
comment on view app_private.not_given_up is
  'Keeps the roles of requests from dropping what they were granted; nobody reads it.';
