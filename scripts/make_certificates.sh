#!/bin/bash
# Makes a development CA and certificates of services (docs/services.md):
#   scripts/make_certificates.sh DIR [--days N] [NAME...]
# DIR/ca.pem and DIR/ca.key are made where they are missing; DIR/NAME.pem holds
# key and certificate and is replaced in one step, so that running it again
# rotates. NAMEs: ingest reviewer aggregator publisher site operator (default: all).
set -euo pipefail
umask 077

usage() {
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

days=90
names=()
dir=""
while (($#)); do
  case $1 in
    --days) [[ ${2-} =~ ^[0-9]+$ ]] || usage; days=$2; shift 2 ;;
    -*) usage ;;
    *) if [[ -z $dir ]]; then dir=$1; else names+=("$1"); fi; shift ;;
  esac
done
[[ -n $dir ]] || usage
((${#names[@]})) || names=(ingest reviewer aggregator publisher site operator)
for name in "${names[@]}"; do
  [[ $name =~ ^[a-z]+$ ]] || { echo "make_certificates: \"$name\" is no name: lower-case letters only" >&2; exit 2; }
done

mkdir -p "$dir"
work=$(mktemp -d "$dir/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

if [[ ! -e $dir/ca.key ]]; then
  new_key "$work/ca.key"
  openssl req -x509 -new -key "$work/ca.key" -days 3650 -subj "/CN=Seaworthy development CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -out "$work/ca.pem"
  mv "$work/ca.pem" "$dir/ca.pem"
  mv "$work/ca.key" "$dir/ca.key"
fi

for name in "${names[@]}"; do
  new_key "$work/$name.pem"
  openssl req -new -key "$work/$name.pem" -subj "/CN=$name" -out "$work/$name.csr"
  printf '%s\n' "subjectAltName=URI:spiffe://seaworthy/$name,DNS:$name" "basicConstraints=critical,CA:FALSE" \
    "keyUsage=critical,digitalSignature" "extendedKeyUsage=serverAuth,clientAuth" >"$work/$name.ext"
  openssl x509 -req -in "$work/$name.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
    -days "$days" -extfile "$work/$name.ext" -out "$work/$name.crt" 2>/dev/null
  cat "$work/$name.crt" >>"$work/$name.pem"
  mv "$work/$name.pem" "$dir/$name.pem"
done
echo "certificates of ${names[*]} in $dir, valid for $days days"
