#!/bin/sh
# verify.sh PROJECT VM: builds PROJECT on VM by the Makefile beside this file, with sbx and without, and says whether both work.
# What each fetched goes to a copy of PROJECT: PROJECT itself stays as it is.
set -u
[ $# -eq 2 ] || { echo "usage: $0 PROJECT VM" >&2; exit 2; }
here=$(cd -- "$(dirname -- "$0")" && pwd)
name=$(basename -- "$(cd -- "$1" && pwd -P)") || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
faults=0

say() { printf '%-4s %s\n' "$1" "$2"; }
check() { # check WORDS COMMAND...
  words=$1
  shift
  if "$@" >"$work/out" 2>&1; then say ok "$words"; else say FAIL "$words"; sed 's/^/     /' "$work/out"; faults=$((faults + 1)); fi
}
shim() { make --no-print-directory -f "$here/Makefile" PROJECT="$project" VM="$vm" "$@"; }
came() { [ -n "$(find "$project/dist-newstyle" -type f -print 2>/dev/null | head -n 1)" ]; }
deprecated() { shim sync SBX=no-sbx-at-all 2>&1 >/dev/null | grep -q deprecated; }

vm=$2
project=$work/with/$name
mkdir -p "$work/with" "$work/without"
cp -R -- "$1" "$project" && rm -rf -- "$project/dist-newstyle" "$project/.sbx"
check 'with sbx: remote-build' shim remote-build
check 'with sbx: fetch-artifacts' shim fetch-artifacts
check 'with sbx: the artifacts came' came

project=$work/without/$name
cp -R -- "$1" "$project" && rm -rf -- "$project/dist-newstyle" "$project/.sbx"
check 'without sbx: a notice of deprecation' deprecated
check 'without sbx: remote-build' shim remote-build SBX=no-sbx-at-all
check 'without sbx: fetch-artifacts' shim fetch-artifacts SBX=no-sbx-at-all
check 'without sbx: the artifacts came' came
[ "$faults" -eq 0 ]
