#!/bin/bash
# lint.sh [JOBS]: everything that is checked without running the program.
# Says every finding, then fails.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${1:-$(nproc)}
failed=0
check() {  # check NAME COMMAND...
  local name=$1
  shift
  local begin=$SECONDS
  if "$@"; then
    echo "lint: $name: ok ($((SECONDS - begin)) s)"
  else
    echo "lint: $name: FAILED" >&2
    failed=1
  fi
}

mapfile -t sources < <(find cli common examples services tests bench -name '*.cc' | sort)
mapfile -t headers < <(find cli common examples services tests bench -name '*.h' | sort)

formatting() { clang-format --dry-run --Werror "${sources[@]}" "${headers[@]}"; }

shell() {
  local file bad=0
  for file in .ci/run scripts/*.sh; do
    bash -n "$file" || bad=1
    [ -x "$file" ] || { echo "$file: is not executable; chmod +x it"; bad=1; }
  done
  return $bad
}

python() {
  find scripts tests -name '*.py' -print0 |
    xargs -0 python3 -B -c 'import ast, sys; [ast.parse(open(p).read(), p) for p in sys.argv[1:]]'
}

# The generated headers have to be there before clang reads the sources.
tidy() {
  scripts/build.sh release "$jobs" seaworthy_proto seaworthy_grpc seaworthy_grpc_third_party
  python3 -B scripts/tidy.py --build build/release --jobs "$jobs"
}

check formatting formatting
check shell shell
check python python
check "includes and READMEs" python3 -B scripts/check_tree.py
check clang-tidy tidy
[ "$failed" -eq 0 ] || { echo "lint: findings above; make fmt repairs formatting" >&2; exit 1; }
