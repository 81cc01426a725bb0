#!/bin/bash
# Installs the schemas of Kubernetes' and its extensions' objects, by npm. Does
# nothing, and needs no network, where they are there.
set -euo pipefail
cd "$(dirname "$0")"

# One at a time: several suites may start at once.
exec 9<package-lock.json
flock 9
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund >&2
fi
