#!/bin/bash
# build.sh PRESET JOBS [TARGET...]: configures where needed and builds.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
jobs=$2
shift 2

if [ ! -f "build/$preset/build.ninja" ]; then
  log=$(mktemp)
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
fi
export NINJA_STATUS="[%f/%t %es] "
exec ninja -C "build/$preset" -j "$jobs" "$@"
