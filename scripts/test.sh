#!/bin/bash
# test.sh PRESET JOBS: runs every test; ctest's own summary comes last, with the
# thread sanitizer what it found.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/scripts/lsan.supp:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
if [[ $1 != tsan ]]; then exec ctest --preset "$1" -j "$2" --no-tests=error </dev/null; fi

reports=$PWD/build/tsan/reports
rm -rf "$reports"
mkdir -p "$reports"
export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1:exitcode=0:log_path=$reports/of:suppressions=$PWD/scripts/tsan.supp}
failed=0
ctest --preset tsan -j "$2" --no-tests=error </dev/null || failed=$?
python3 -B scripts/tsan_report.py "$reports" || failed=1
exit "$failed"
