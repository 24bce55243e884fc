/** `$` before a brace means something else in this file's own language; our programs write it so. */
export const D = '$';

/**
 * Begins every program that works in a workspace. $1 workspace, $2 beginning of our sentinel.
 * Afterwards the program stands in the workspace, which a swapped root cannot change.
 */
export const GUARD = `
LC_ALL=C
export LC_ALL
no() { printf 'sbx: %s: %s\\n' "$1" "$2" >&2; exit 1; }
if [ -L "$1" ] || [ ! -d "$1" ]; then no workspace-unsafe "$1 is gone or became a link"; fi
cd -P -- "$1" || exit 1
if [ ! -O . ] || [ -L .sbx ] || [ -L .sbx/sentinel ]; then no workspace-unsafe "$1 is not a folder of ours, or has links in its .sbx"; fi
case $(cat .sbx/sentinel 2>/dev/null) in "$2"*) ;; *) no workspace-foreign "$1 does not belong to this checkout: nothing there was touched";; esac
`;

/**
 * `listing`: one record for each name on stdin: kind, mode, size, inode, time of change. Equal records mean untouched files, whatever the clock did.
 * `details FILE`: for the names in FILE kind and mode, name and target of each that is there, an empty field, digest and name of each regular file. Makes FILE.files.
 * `ended CODE`: a tool may have missed some names, but not have been killed over them, or those that xargs called for it.
 */
export const LISTING = `
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
ended() { [ "$1" -lt 124 ] || exit 1; }
listing() { xargs -0 -r sh -c 'exec find "$@" -maxdepth 0 -printf "%y %m %s %i %C@ %p\\0"' sh 2>/dev/null; }
details() {
  xargs -0 -r sh -c 'exec find "$@" -maxdepth 0 -printf "%y%m\\0%p\\0%l\\0"' sh <"$1" 2>/dev/null
  ended $?
  printf '\\0'
  xargs -0 -r sh -c 'exec find "$@" -maxdepth 0 -type f -print0' sh <"$1" 2>/dev/null >"$1.files"
  ended $?
  xargs -0 -r sha256sum -z <"$1.files" 2>/dev/null
  ended $?
  printf '\\0'
}
`;

/** `bare`: whether nothing but our own folder lies where we stand. Nobody takes a look that was cut short for an empty folder. */
export const BARE = `
bare() {
  there=$(find . ! -name . -prune ! -name .sbx -print -quit) || exit 1
  [ -z "$there" ]
}
`;

/** `settle`: waits for a sync whose link was lost: it has all it needs and never works for long. `begun PID`: tells a process from a later one. */
export const SETTLE = `
begun() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
settle() {
  n=0
  while [ -f .sbx/busy ]; do
    pid=; at=
    read -r pid at <.sbx/busy
    if [ -z "$at" ] || [ "$(begun "$pid")" != "$at" ]; then break; fi
    n=$((n + 1))
    if [ "$n" -gt 600 ]; then no sync-changed "an earlier sync, process $pid there, does not end"; fi
    sleep 0.1 2>/dev/null || sleep 1
  done
}
`;
