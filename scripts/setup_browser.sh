#!/bin/bash
# Installs what the browser tests need: Chromium and Node.js from Debian where
# they are missing, playwright-core and axe-core by npm. Does nothing, and
# needs neither network nor root, where everything is there.
set -euo pipefail
cd "$(dirname "$0")/../tests/browser"

wanted=()
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || wanted+=(chromium)
command -v node >/dev/null || wanted+=(nodejs)
command -v npm >/dev/null || wanted+=(npm)
if [ ${#wanted[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "setup: installing Debian packages: ${wanted[*]}"
  "${as_root[@]}" apt-get -q -y update >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${wanted[@]}"
fi

# One at a time: several suites may start at once.
exec 9<package-lock.json
flock 9
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund
fi
