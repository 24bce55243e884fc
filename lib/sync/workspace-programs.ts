import { BARE } from './guard-program.ts';

/**
 * Making, taking over and removing a workspace. Each guards itself again: between what was seen and what is done, something else may have come.
 * $1 is absolute. The sentinel appears by link or rename, so that it is whole or not there. It is written by cat, which says when the disk is
 * full: the printf of dash calls that an I/O error.
 */
const WRITE = `
written() {
  mkdir -p .sbx/holds
  if [ -L .sbx ] || [ ! -O .sbx ]; then echo "sbx: workspace-unsafe: $1/.sbx is a link or not ours" >&2; exit 1; fi
  mine=.sbx/sentinel.$$
  rm -f "$mine"
  printf '%s' "$2" | cat >"$mine" || exit 1
  sync "$mine" 2>/dev/null
  :
}
`;

/** Of many that come at once one has it: a link is made only where nothing is. Where there are no links, a rename that replaces nothing. */
const CLAIM = `
theirs() { echo "sbx: workspace-foreign: $1 belongs to another checkout since a moment: run again" >&2; exit 1; }
claim() {
  written "$1" "$2"
  ln -T "$mine" .sbx/sentinel 2>/dev/null || mv -nT "$mine" .sbx/sentinel 2>/dev/null
  rm -f "$mine"
  case $(cat .sbx/sentinel) in "$3"*) ;; *) theirs "$1";; esac
  sync .sbx 2>/dev/null
  :
}
`;

/** $1 workspace, $2 sentinel, $3 beginning of it. */
export const CREATE = `
umask 022
${BARE}${WRITE}${CLAIM}
if [ -L "$1" ]; then echo "sbx: workspace-unsafe: $1 became a link" >&2; exit 1; fi
if ! mkdir -p -- "$1" 2>/dev/null || ! cd -P -- "$1" 2>/dev/null; then
  echo "sbx: workspace-unsafe: $1 cannot be made by $(id -un): make it there, or name another with workspace:" >&2; exit 1
fi
if [ ! -O . ]; then echo "sbx: workspace-unsafe: $1 belongs to another user" >&2; exit 1; fi
if [ -f .sbx/sentinel ]; then
  case $(cat .sbx/sentinel) in "$3"*) exit 0;; *) theirs "$1";; esac
fi
if ! bare; then
  echo "sbx: workspace-foreign: $1 was filled meanwhile" >&2; exit 1
fi
claim "$1" "$2" "$3"
`;

/** $1 workspace, $2 sentinel. Receipt and holds of a former owner go; no file of the user is touched. */
export const ADOPT = `
umask 022
${WRITE}
if [ -L "$1" ] || [ ! -d "$1" ] || [ ! -O "$1" ]; then echo "sbx: workspace-unsafe: $1 is a link, not there or not ours" >&2; exit 1; fi
cd -P -- "$1" || exit 1
if [ -L .sbx ]; then echo "sbx: workspace-unsafe: $1/.sbx is a link" >&2; exit 1; fi
rm -rf .sbx/receipt .sbx/sent .sbx/seen .sbx/doubt .sbx/redate .sbx/holds .sbx/stage .sbx/part
written "$1" "$2"
mv -T "$mine" .sbx/sentinel || exit 1
sync .sbx 2>/dev/null
:
`;

/**
 * $1 workspace, $2 beginning of our sentinel. Says what happened. The sentinel goes last, so that an interrupted removal can be repeated.
 * Folders that cannot be emptied are opened one by one, each before it is entered: `chmod -R` would go through links.
 */
export const REMOVE = `${BARE}
if [ ! -e "$1" ] && [ ! -L "$1" ]; then printf 'absent\\0'; exit 0; fi
if [ -L "$1" ] || [ ! -d "$1" ] || [ ! -O "$1" ]; then printf 'unsafe\\0'; exit 0; fi
cd -P -- "$1" || exit 1
if [ -L .sbx ] || [ -L .sbx/sentinel ]; then printf 'unsafe\\0'; exit 0; fi
if [ ! -f .sbx/sentinel ]; then
  if bare; then
    cd / && rm -rf -- "$1" && printf 'removed\\0'; exit
  fi
  printf 'foreign\\0'; exit 0
fi
case $(cat .sbx/sentinel) in "$2"*) ;; *) printf 'foreign\\0'; exit 0;; esac
find . -path ./.sbx -prune -o -type d ! -perm -700 -exec chmod u+rwx {} ';' 2>/dev/null
find . ! -name . -prune ! -name .sbx -exec rm -rf {} + || exit 1
find .sbx ! -name .sbx -prune ! -name sentinel -exec rm -rf {} + || exit 1
cd / && rm -rf -- "$1" || exit 1
printf 'removed\\0'
`;
