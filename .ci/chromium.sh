#!/bin/sh
# .ci/chromium.sh: print the path of a working Chromium that Playwright can drive; install what is missing.
set -eu

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }
starts() { "$1" --version >/dev/null 2>&1; }
playwright() { .venv/bin/python -m playwright "$@"; }

install_from_debian() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing Debian's $1 ..."
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$1"; } >/dev/null 2>&1
}

# Playwright brings a Node that needs a library which a small system may lack.
ready_driver() {
    playwright --version >/dev/null 2>&1 || { install_from_debian libatomic1 && playwright --version >/dev/null 2>&1; }
}

chosen() {
    [ -n "${CHROMIUM:-}" ] || return 1
    starts "$CHROMIUM" || fail "CHROMIUM=$CHROMIUM does not start: set it to the path of a Chromium, or unset it."
    echo "$CHROMIUM"
}

# The first one on PATH that starts.
on_path() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name") && starts "$path" && echo "$path" && return
    done
    return 1
}

from_playwright() {
    playwright install chromium >&2 || return 1
    path=$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as playwright: print(playwright.chromium.executable_path)') && starts "$path" && echo "$path"
}

[ -x .venv/bin/python ] || fail "There is no .venv yet: run \`make setup\` first."
ready_driver || fail "Playwright does not start ($(playwright --version 2>&1 | tail -n 1)): install what it misses (Debian: apt-get install libatomic1)."
chosen || on_path || { install_from_debian chromium && on_path; } || from_playwright ||
    fail "The browser tests need a Chromium: install one (Debian: apt-get install chromium) or set CHROMIUM to its path."
