-- What only a superuser can tighten, in this database. Not needed to install: hosted servers give
-- no superuser, and db-check lists what is left open. The embedded server has run it.
revoke select on pg_catalog.pg_stat_activity from public;
grant select on pg_catalog.pg_stat_activity to pg_monitor;
revoke execute on function pg_catalog.pg_terminate_backend(integer, bigint) from public;
revoke execute on function pg_catalog.pg_cancel_backend(integer) from public;
revoke execute on function pg_catalog.lo_create(oid) from public;
revoke execute on function pg_catalog.lo_creat(integer) from public;
revoke execute on function pg_catalog.lo_from_bytea(oid, bytea) from public;
revoke execute on function pg_catalog.lo_put(oid, bigint, bytea) from public;
revoke execute on function pg_catalog.lowrite(integer, bytea) from public;
