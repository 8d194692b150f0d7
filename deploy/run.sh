#!/bin/sh
# run.sh COMMAND...: run it with the settings of /etc/healing-curve/env, in the program's folder and, if root calls it, as
# the user healing-curve. A DATABASE_URL that is given overrides the file's: use the owner's to migrate and restore.
set -eu
cd "$(dirname "$0")/.."
given=${DATABASE_URL:-}
set -a
. "${ENV_FILE:-/etc/healing-curve/env}"
DATABASE_URL=${given:-$DATABASE_URL}
set +a
PATH=$PWD/.venv/bin:$PATH
if [ "$(id -u)" = 0 ] && id healing-curve >/dev/null 2>&1; then
    exec runuser -u healing-curve -- "$@"
fi
exec "$@"
