#!/bin/sh
# deploy/compose-dev.sh: everything in containers on this machine, all mail caught on http://127.0.0.1:8025.
set -eu
cd "$(dirname "$0")/.."
sh deploy/secrets.sh smtp://mailpit:1025
BASE_URL=${BASE_URL:-http://127.0.0.1:8000} \
DEFAULT_FROM_EMAIL=${DEFAULT_FROM_EMAIL:-Clinic <clinic@example.org>} \
exec docker compose --profile dev up --build "$@"
