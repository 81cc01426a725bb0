#!/bin/bash
# Builds the image of the last commit, with buildah, podman or docker:
#   deploy/build_image.sh TAG [--base IMAGE] [--programs DIR] [--snapshot TIME]
# --base: pinned by digest, or your mirror's; default debian:12-slim.
# --programs: programs built on Debian 12 already, instead of building them
# anew in the image. --snapshot: packages as of then, such as 20261101T000000Z.
# $BUILDER names the builder; $BUILDER_FLAGS go before its command.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

tag=${1-}
[[ -n $tag && $tag != -* ]] || usage
shift
arguments=()
programs=
while (($#)); do
  (($# > 1)) || usage
  case $1 in
    --base) arguments+=(--build-arg "BASE=$2") ;;
    --snapshot) arguments+=(--build-arg "SNAPSHOT=$2") ;;
    --programs) programs=$(realpath "$2") ;;
    *) usage ;;
  esac
  shift 2
done

builder=${BUILDER-}
for candidate in buildah podman docker; do
  [[ -n $builder ]] || ! command -v "$candidate" >/dev/null || builder=$candidate
done
[[ -n $builder ]] || { echo "build_image: no buildah, podman or docker here; install one" >&2; exit 1; }

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
git -C "$here/.." archive HEAD | tar -x -C "$context"
if [[ -n $programs ]]; then
  mkdir -p "$context/collected/out"
  "$here/collect.sh" "$programs" "$context/collected/out"
  arguments+=(--build-context "programs=$context/collected")
fi

# The commit's time in every file the build makes: the same input, the same bytes,
# as far as apt's packages are the same.
time=$(git -C "$here/.." log -1 --format=%ct)
[[ $builder = docker ]] && export SOURCE_DATE_EPOCH=$time || arguments+=(--timestamp "$time")
read -ra flags <<<"${BUILDER_FLAGS-}"
"$builder" "${flags[@]}" build "${arguments[@]}" -f "$context/deploy/Containerfile" -t "$tag" "$context"
