#!/bin/sh
# Serves PostgreSQL as the official image does for Testcontainers: POSTGRES_USER (a superuser),
# POSTGRES_PASSWORD and POSTGRES_DB; arguments are the server's. Nothing is kept when the container ends.
set -eu
: "${POSTGRES_PASSWORD:?is not set}"
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
data=/var/lib/postgresql/data

as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; }

install -d -m 700 -o postgres -g postgres "$data"
install -m 600 -o postgres -g postgres /dev/null /run/password
printf '%s' "$POSTGRES_PASSWORD" >/run/password
as_postgres initdb --pgdata="$data" --username="$user" --pwfile=/run/password --encoding=UTF8 --locale=C.UTF-8 \
  --auth-local=trust --auth-host=scram-sha-256 --no-sync
rm /run/password
echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"

# The database is made while only this container can reach the server: who finds it open finds all of it.
as_postgres pg_ctl --pgdata="$data" --options="-c listen_addresses=''" --wait --silent start
if [ "$database" != postgres ]; then
  as_postgres createdb --username="$user" --maintenance-db=postgres "$database"
fi
as_postgres pg_ctl --pgdata="$data" --mode=fast --wait --silent stop

exec setpriv --reuid=postgres --regid=postgres --init-groups -- \
  postgres -D "$data" -c listen_addresses='*' "$@"
