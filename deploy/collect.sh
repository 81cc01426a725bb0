#!/bin/bash
# collect.sh BIN OUT: what an image holds. OUT/bin: the programs of BIN, stripped;
# OUT/share: prompts and web; OUT/packages: the Debian packages whose libraries
# they need. collect.sh --list: the programs' names.
set -euo pipefail
programs=(seaworthy seaworthy-ingest seaworthy-reviewer seaworthy-aggregator seaworthy-publisher)
if [ "${1-}" = --list ]; then
  echo "${programs[@]}"
  exit 0
fi
bin=$(realpath "$1")
mkdir -p "$2/bin" "$2/share"
out=$(realpath "$2")
cd "$(dirname "$0")/.."

for program in "${programs[@]}"; do
  if [ ! -x "$bin/$program" ]; then
    echo "collect: $bin/$program is not there; build it first (make build)" >&2
    exit 1
  fi
  strip -o "$out/bin/$program" "$bin/$program"
done
cp -r prompts web "$out/share/"

libraries=$(ldconfig -p)
# By the libraries they name themselves; those bring theirs.
for program in "${programs[@]}"; do
  objdump -p "$bin/$program" | sed -n 's/^ *NEEDED *//p'
done | sort -u | while read -r library; do
  path=$(awk -v name="$library" '$1 == name && !found++ { print $NF }' <<<"$libraries")
  file=$(realpath "${path:?no library $library here}")
  # Some packages name their files as before /lib became /usr/lib.
  { dpkg -S "$file" 2>/dev/null || dpkg -S "${file#/usr}"; } | sed 's/:.*//'
done | sort -u >"$out/packages"
