#!/bin/sh
# Runs once, when the server's files are made: the login that owns the database, which is no superuser.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --set=password="$RLSCHAT_OWNER_PASSWORD" <<'SQL'
create role rlschat_installer login createrole createdb password :'password';
create database rlschat owner rlschat_installer;
SQL
