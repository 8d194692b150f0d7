#!/bin/sh
# deploy/secrets.sh [EMAIL_URL]: make the missing files in ./secrets; existing ones are not changed.
# Only its owner can enter the folder; the containers read the files, each only its own.
set -eu
cd "$(dirname "$0")/.."
umask 022
mkdir -p secrets
chmod 700 secrets

random() { head -c 48 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
# keep NAME VALUE: write a file unless it is there.
keep() { [ -e "secrets/$1" ] || { printf '%s\n' "$2" >"secrets/$1.new" && mv "secrets/$1.new" "secrets/$1"; }; }

keep secret_key "$(random)"
keep secret_key_fallbacks ""
keep postgres_password "$(random)"
keep database_url "postgres://healing_curve_app:$(random)@postgres/healing_curve"
keep database_owner_url "postgres://healing_curve_owner:$(random)@postgres/healing_curve"
keep valkey_password "$(random)"
keep redis_url "redis://:$(cat secrets/valkey_password)@redis:6379/0"
keep valkey_conf "requirepass $(cat secrets/valkey_password)
save \"\"
appendonly no
dir /data"
keep heartbeat_url ""
keep metrics_token ""
if [ -n "${1:-}" ]; then keep email_url "$1"; fi
if [ ! -e secrets/email_url ]; then
    echo "secrets/email_url is missing: run this again with your mail server's address, e.g. smtp+tls://user:password@mail.example.org:587" >&2
    exit 1
fi
