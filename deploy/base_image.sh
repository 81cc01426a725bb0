#!/bin/bash
# Makes a base image of Debian 12 from Debian's archive alone, for builders
# without a registry: deploy/base_image.sh [TAG], default localhost/debian:12.
# As root, with debootstrap and buildah.
set -euo pipefail
tag=${1:-localhost/debian:12}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$folder/root" http://deb.debian.org/debian >&2
{
  echo "deb http://deb.debian.org/debian bookworm main"
  echo "deb http://deb.debian.org/debian bookworm-updates main"
  echo "deb http://deb.debian.org/debian-security bookworm-security main"
} >"$folder/root/etc/apt/sources.list"
rm -rf "$folder"/root/var/cache/apt/archives/*.deb "$folder"/root/var/lib/apt/lists/* "$folder"/root/var/log/*
container=$(buildah from scratch)
buildah copy -q "$container" "$folder/root" /
buildah config --cmd /bin/bash "$container"
buildah commit -q --rm "$container" "$tag"
