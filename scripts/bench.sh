#!/bin/bash
# Runs every benchmark that is built.
set -euo pipefail
cd "$(dirname "$0")/.."
echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
ran=0
for name in bench_event_log bench_attacks bench_claims bench_desk bench_extraction bench_scaling bench_identity bench_offline bench_pipeline bench_llm bench_panel_faults; do
  program=$(find build/bin build/release -type f -name "$name" -perm -u+x | head -n 1)
  [ -n "$program" ] || continue
  echo
  echo "== $name"
  "$program" </dev/null
  ran=$((ran + 1))
done
if [ -n "$(find build/bin build/release -type f -name bench_site -perm -u+x | head -n 1)" ]; then
  echo
  echo "== bench/site.py"
  BENCH_SITE=$(find build/bin build/release -type f -name bench_site -perm -u+x | head -n 1) python3 -B bench/site.py
  ran=$((ran + 1))
fi
if [ -x build/bin/seaworthy-publisher ] && [ -x build/bin/seaworthy_fault_server ] && [ -x build/release/tests/seaworthy_dump_log ]; then
  echo
  echo "== bench/end_to_end.py"
  python3 -B bench/end_to_end.py
  ran=$((ran + 1))
fi
[ "$ran" -gt 0 ] || { echo "bench: no benchmark is built" >&2; exit 1; }
