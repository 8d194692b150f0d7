#!/bin/sh
# The two roles with their passwords, taken from the database addresses in the settings.
# Runs automatically when the database is made. Run it again after a password was changed, or on an older installation.
set -eu
secrets=${SECRETS:-/run/secrets}
export PGUSER="${POSTGRES_USER:-$(id -un)}" PGDATABASE="${POSTGRES_DB:-healing_curve}"

# The password within postgres://user:PASSWORD@host/name.
password_in() { sed -n 's|^[^:]*://[^:]*:\([^@]*\)@.*|\1|p' "$secrets/$1"; }

psql -qX -v ON_ERROR_STOP=1 -f "$(dirname "$0")/roles.sql"
# In the environment, because others could read a command line.
APP_PASSWORD=$(password_in database_url) OWNER_PASSWORD=$(password_in database_owner_url) \
psql -qX -v ON_ERROR_STOP=1 <<'SQL'
\getenv app APP_PASSWORD
\getenv owner OWNER_PASSWORD
ALTER ROLE healing_curve_app PASSWORD :'app';
ALTER ROLE healing_curve_owner PASSWORD :'owner';
SQL
