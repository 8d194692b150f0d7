#!/bin/sh
# .ci/venv.sh LOCKFILE: make .venv and install the hashed lock file into it; does nothing if that is already done.
# What is installed is recorded only after success, so that an interrupted install is repeated. The lock
# files are parts of each other: a smaller one finds its lines recorded by the larger and changes nothing.
set -eu

lock_file=$1
python=${PYTHON:-python3}
venv=.venv
stamp=$venv/installed.txt

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }

check_python() {
    command -v "$python" >/dev/null || fail "Python is missing: install Python 3.11 or newer as python3, or say PYTHON=/path/to/it."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$("$python" --version) is too old: install Python 3.11 or newer, and say PYTHON=python3.11 if it is not python3."
}

# Lines that must be in the stamp: which Python, where, and every pinned package.
wanted() {
    "$python" -c 'import os, sys; print("python%d.%d" % sys.version_info[:2], os.getcwd())'
    sed -n 's/^\([A-Za-z0-9][^ ;]*==[^ ;]*\).*/\1/p' "$lock_file"
}

is_installed() {
    [ -f "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null && ! wanted | grep -qvxF -f "$stamp"
}

is_whole() {
    [ -f "$stamp" ] && "$venv/bin/python" -c '' 2>/dev/null && wanted | head -n 1 | grep -qxF -f "$stamp"
}

make_venv() {
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv" || fail "$python cannot make a virtual environment: install Debian's python3-venv or a whole Python."
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
ensure_pip() { has_pip || "$venv/bin/python" -m ensurepip >/dev/null 2>&1; }

install_debian_pip() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing Debian's python3-venv and ca-certificates ..."
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install python3-venv ca-certificates; } >/dev/null &&
        ensure_pip
}

# Takes seconds instead of a minute; if it is not available, pip does the same.
fetch_uv() { "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r .ci/uv.txt >/dev/null 2>&1; }

with_uv() { "$1" pip install -q --python "$venv/bin/python" --require-hashes -r "$lock_file"; }
with_pip() { "$@" install -q --disable-pip-version-check --require-hashes -r "$lock_file"; }

install_lock() {
    if uv --version >/dev/null 2>&1; then
        with_uv uv
    elif ensure_pip; then
        if fetch_uv; then with_uv "$venv/bin/uv"; else with_pip "$venv/bin/python" -m pip; fi
    elif pip --python "$venv/bin/python" --version >/dev/null 2>&1; then
        with_pip pip --python "$venv/bin/python"
    elif install_debian_pip; then
        if fetch_uv; then with_uv "$venv/bin/uv"; else with_pip "$venv/bin/python" -m pip; fi
    else
        fail "There is no pip: install one of python3-venv (Debian, Ubuntu: apt-get install python3-venv), pip or uv, then start again."
    fi
}

[ -f "$lock_file" ] || fail "$lock_file is not there: give one of requirements.txt, requirements-demo.txt, requirements-dev.txt."
check_python
exec 9<"$lock_file"
"$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
if is_installed; then exit 0; fi

say "Installing $lock_file into $venv ..."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
wanted >"$scratch/wanted"
: >"$scratch/before"
if is_whole; then mv "$stamp" "$scratch/before"; else make_venv; fi
install_lock || fail "The packages of $lock_file could not be installed: the reason stands above. Is the package index within reach, and is there room on the disk?"
# This lock file's line for a package replaces the recorded one.
awk -F== 'NR == FNR { named[$1]; print; next } !($1 in named)' "$scratch/wanted" "$scratch/before" >"$stamp.new"
mv "$stamp.new" "$stamp"
