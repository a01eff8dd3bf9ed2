#!/bin/sh
# Makes a checkout runnable on Debian 12 with Node 20: packages of the lists given as arguments,
# node_modules, and the build. Each step is skipped when its result is there.
#   --optional   a package that cannot be installed is reported, and the rest goes on without it
set -eu
cd "$(dirname "$0")/.."

step() { printf '==> %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
optional=no
[ "${1-}" = --optional ] && { optional=yes; shift; }

command -v node >/dev/null || fail 'Node.js 20.19 or newer is needed, and no node was found.'
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js 20.19 or newer is needed; this is $(node --version)."

missing_of() {
  for list in "$@"; do
    [ -e "$list" ] || continue
    for package in $(sed 's/#.*//' "$list"); do
      status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=
      [ "$status" = 'install ok installed' ] || printf ' %s' "$package"
    done
  done
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1
}

install_missing() {
  log=$(mktemp)
  # The package names are words of their own.
  # shellcheck disable=SC2086
  if ! apt_install $missing; then
    apt-get update >"$log" 2>&1 || true
    # shellcheck disable=SC2086
    if ! apt_install $missing; then
      [ "$optional" = yes ] || { tail -20 "$log" >&2; exit 1; }
      for package in $missing; do apt_install "$package" || true; done
    fi
  fi
  rm -f "$log"
}

missing=$(missing_of "$@")
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  step "apt packages:$missing"
  install_missing
  missing=$(missing_of "$@")
fi
if [ -n "$missing" ]; then
  [ "$optional" = yes ] || fail "These packages are missing, and installing them needs root:$missing"
  step "not installed, and what needs it is skipped:$missing"
fi

lock=node_modules/.package-lock.json
if ! [ "$lock" -nt package-lock.json ] && ! cmp -s package-lock.json node_modules/.lock-copy; then
  step 'npm packages'
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.lock-copy
fi
native=
native_log=$(mktemp)
trap 'rm -f "$native_log"; [ -z "$native" ] || kill "$native" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
if ! node -e 'new (require("better-sqlite3"))(":memory:").close()' 2>/dev/null; then
  step 'better-sqlite3, built for this Node (a minute or two, beside the rest)'
  # With the headers beside node, nothing is downloaded for it.
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  [ ! -e "$prefix/include/node/node.h" ] || export npm_config_nodedir="$prefix"
  npm_config_build_from_source=true npm rebuild better-sqlite3 >"$native_log" 2>&1 &
  native=$!
fi
# tsc looks at what changed, so this is short when nothing did.
step 'build'
npm run --silent build
if [ -n "$native" ]; then
  wait "$native" || { tail -40 "$native_log" >&2; exit 1; }
  native=
fi
