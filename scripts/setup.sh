#!/bin/bash
# Installs what is missing of scripts/packages.txt. Does nothing, and needs
# neither network nor root, where everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' scripts/packages.txt)
if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is no Debian system; install by hand: ${wanted[*]}" >&2
  exit 1
fi

# A package may be there under another's name: some builds of nodejs hold npm.
there=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' | sed -n 's/^installed //p' |
  tr ',' '\n' | sed 's/(.*//; s/[[:space:]]//g')
missing=()
for package in "${wanted[@]}"; do
  grep -qxF -- "$package" <<<"$there" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: missing Debian packages, and neither root nor sudo to install them." >&2
    echo "       As root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)
if ! "${apt[@]}" update >/dev/null; then
  echo "setup: apt-get update failed; check the network and /etc/apt/sources.list" >&2
  exit 1
fi
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ! "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null >"$output" 2>&1; then
  tail -n 30 "$output" >&2
  echo "setup: apt-get could not install them; the reason stands above" >&2
  exit 1
fi
echo "setup: done"
