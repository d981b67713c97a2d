#!/usr/bin/env bash
# Runs a command with a Docker engine: the one that answers, or else one of its own, for that command
# alone, that listens where nobody else looks, so that no other test run finds it. Its own needs root.
#   tests/image/with-docker.sh <command>…
set -euo pipefail

run() {
  local api
  api=$(docker version --format '{{.Server.APIVersion}}')
  # Testcontainers asks for 1.44, which Debian's engine does not know yet.
  if [ "$(printf '%s\n' "$api" 1.44 | sort -V | head -n 1)" != 1.44 ]; then
    export DOCKER_API_VERSION=$api
  fi
  "$@"
}

if docker version >/dev/null 2>&1; then
  run "$@"
  exit
fi
command -v dockerd >/dev/null || { echo 'No Docker engine answers, and there is no dockerd to start' >&2; exit 1; }

# A short path: that of a socket may hold some hundred bytes.
state=$(mktemp -d)
data=$(cd "$(dirname "$0")/../.." && pwd)/.data/docker
mkdir -p "$data"
export DOCKER_HOST=unix://$state/docker.sock
dockerd --host "$DOCKER_HOST" --data-root "$data" --exec-root "$state/exec" --pidfile "$state/pid" \
  >"$data/dockerd.log" 2>&1 &
engine=$!
stop() {
  kill "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  rm -rf "$state"
}
trap stop EXIT
trap 'exit 130' INT TERM

for ((attempt = 0; attempt < 60; attempt++)); do
  docker version >/dev/null 2>&1 && break
  kill -0 "$engine" 2>/dev/null || break
  sleep 1
done
if ! docker version >/dev/null 2>&1; then
  echo "dockerd does not start; the end of $data/dockerd.log:" >&2
  tail -n 10 "$data/dockerd.log" >&2
  exit 1
fi
run "$@"
