#!/bin/sh
# Makes a checkout runnable on Debian 12 with Node 20: packages of the lists given as arguments,
# node_modules, and the build. Each step is skipped when its result is there.
set -eu
cd "$(dirname "$0")/.."

step() { printf '==> %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

command -v node >/dev/null || fail 'Node.js 20.19 or newer is needed, and no node was found.'
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node.js 20.19 or newer is needed; this is $(node --version)."

missing=
for list in "$@"; do
  [ -e "$list" ] || continue
  for package in $(sed 's/#.*//' "$list"); do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=
    [ "$status" = 'install ok installed' ] || missing="$missing $package"
  done
done
if [ -n "$missing" ]; then
  [ "$(id -u)" = 0 ] || fail "These packages are missing, and installing them needs root:$missing"
  step "apt packages:$missing"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  install() { apt-get install -y --no-install-recommends $missing >"$log" 2>&1; }
  install || { apt-get update >"$log" 2>&1 && install; } || { tail -20 "$log" >&2; exit 1; }
  rm -f "$log"
fi

lock=node_modules/.package-lock.json
if ! [ "$lock" -nt package-lock.json ] && ! cmp -s package-lock.json node_modules/.lock-copy; then
  step 'npm packages'
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.lock-copy
fi
if ! node -e 'new (require("better-sqlite3"))(":memory:").close()' 2>/dev/null; then
  step 'better-sqlite3, for this Node'
  npm rebuild better-sqlite3
fi
# tsc looks at what changed, so this is short when nothing did.
step 'build'
npm run --silent build
