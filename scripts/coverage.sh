#!/bin/bash
# coverage.sh JOBS [PATTERN [TARGET...]]: builds with clang's coverage (only the
# targets, where some are named), runs the tests whose names fit PATTERN and prints
# the branches they took. What a killed process took is not counted.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$1
pattern=${2-.}
shift $(($# < 2 ? $# : 2))

scripts/build.sh coverage "$jobs" "$@"
profiles=$PWD/build/coverage/profiles
rm -rf "$profiles"
mkdir -p "$profiles"
# Eight files a program, merged as processes end.
export LLVM_PROFILE_FILE="$profiles/%8m.profraw"
failed=0
ctest --preset coverage -j "$jobs" -R "$pattern" --no-tests=error </dev/null || failed=$?

data=build/coverage/tests.profdata
find "$profiles" -name '*.profraw' >"$profiles/list"
llvm-profdata merge --sparse --input-files="$profiles/list" -o "$data"
objects=()
while read -r program; do
  if grep -q __llvm_profile_runtime "$program"; then objects+=(--object "$program"); fi
done < <(find build/coverage -type f -perm -100 ! -name '*.so*' ! -path '*/CMakeFiles/*')
# The first one is named without the option. What only tests use does not count.
llvm-cov export --skip-expansions --skip-functions "${objects[@]:1}" --instr-profile="$data" --ignore-filename-regex='(_test\.(cc|h)$|generated/|^/usr/|/testing/|/tests/|_contract|_test_|_fault_env|_child\.cc$)' \
  >build/coverage/coverage.json
python3 -B scripts/coverage.py build/coverage/coverage.json
exit "$failed"
