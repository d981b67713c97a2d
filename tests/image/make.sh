#!/usr/bin/env bash
# Makes an image of PostgreSQL 15 for tests where no registry can be reached: from Debian's packages, with an
# entry point that behaves as the official image's does for Testcontainers. Needs root, debootstrap and a
# Docker engine that answers. Its base is kept: remove it (docker rmi) to have newer packages.
#   tests/image/make.sh [name]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
image=${1:-rlschat-test-postgres:15}
base=rlschat-debian:postgresql-15

quietly() {
  local log
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; rm "$log"; return 1; }
  rm "$log"
}

make_base() {
  local release=bookworm debian root
  # Where this machine gets its packages from, or else where everybody does.
  debian=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -E '/debian/?$' | head -n 1 || true)
  debian=${debian:-http://deb.debian.org/debian}
  root=$(mktemp -d)
  trap "rm -rf '$root'" EXIT

  echo "Making $base: Debian $release from $debian (a minute or two)"
  quietly debootstrap --variant=minbase "$release" "$root" "$debian"
  printf 'deb %s %s main\n' "$debian" "$release" "${debian%/}-security" "$release-security" \
    >"$root/etc/apt/sources.list"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # The packages must start no server while they are installed.
  install -m 755 /dev/stdin "$root/usr/sbin/policy-rc.d" <<<$'#!/bin/sh\nexit 101'

  echo 'Installing PostgreSQL in it'
  quietly chroot "$root" sh -ec '
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    apt-get -qq install --no-install-recommends postgresql-15 postgresql-15-plpgsql-check
    rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /var/lib/postgresql/15'
  tar --create --numeric-owner --directory "$root" . | docker import - "$base" >/dev/null
}

docker image inspect "$base" >/dev/null 2>&1 || make_base
quietly docker build --tag "$image" "$here"
echo "Made $image: $(docker run --rm --network none --entrypoint postgres "$image" --version)"
