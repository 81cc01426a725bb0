#!/bin/bash
# Runs the browser suite, or the files named: run.sh [site.mjs …].
# $SEAWORTHY_PROGRAM names the program, $CHROMIUM the browser, $SCREENSHOTS a
# folder for pictures.
set -euo pipefail
cd "$(dirname "$0")"
../../scripts/setup_browser.sh
if [ $# -eq 0 ]; then
  set -- ./*.mjs
fi
exec node --test --test-concurrency=1 "$@"
