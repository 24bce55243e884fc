import { BARE, D, GUARD, LISTING, SETTLE } from './guard-program.ts';
import { REDATE } from './redate-program.ts';

/**
 * Unpacks stdin into the stage and compares every digest: nothing in the workspace has changed when this fails. What arrived stays, for the next sync to go
 * on with, unless it is what fills the disk. While it arrives, lists of digests that others came behind are judged, and those that are right go: what is
 * left of them in the end is judged then, so that whoever is ahead may be ended at any time.
 */
const RECEIVE = `
unpack() { tar -xf - -m --no-same-owner --no-same-permissions -C "$stage"; }
judge() { cut -z -c67- "$1" | xargs -0 -r sha256sum -z | cmp -s - "$1"; }
ahead() {
  cd "$stage" || exit
  n=1
  while kill -0 "$$" 2>/dev/null; do
    while [ -f "meta/sums.$((n + 1))" ]; do
      judge "meta/sums.$n" && rm "meta/sums.$n" || exit
      n=$((n + 1))
    done
    sleep 0.1 || sleep 1
  done
}
receive() {
  rm -rf .sbx/stage
  mkdir -p "$stage/tree" "$stage/meta" || exit 1
  ahead </dev/null >/dev/null 2>&1 &
  said=$({ case $codec in '') unpack ;; *) "$codec" -dcq | unpack ;; esac; } 2>&1)
  ended=$?
  kill "$!" 2>/dev/null
  wait "$!" 2>/dev/null
  if [ "$ended" != 0 ]; then
    case $said in *'No space left'* | *'quota exceeded'*) rm -rf .sbx/stage .sbx/part ;; esac
    printf '%s\\n' "$said" >&2
    exit 1
  fi
  cd "$stage" || exit 1
  if [ ! -f meta/end ]; then no sync-changed 'sending ended too early'; fi
  for list in meta/sums.*; do
    if [ -f "$list" ] && ! judge "$list"; then echo 'what arrived is not what was sent' >&2; exit 1; fi
  done
  if [ -s meta/gone ]; then (cd tree && xargs -0 -r rm -f --) <meta/gone || exit 1; fi
  if [ -s meta/reuse ]; then
    cd "$ws/.sbx/part" || exit 1
    xargs -0 -r cp -lP --parents -t "$ws/$stage/tree" -- <"$ws/$stage/meta/reuse" 2>/dev/null ||
      xargs -0 -r cp -P --preserve=mode --remove-destination --parents -t "$ws/$stage/tree" -- <"$ws/$stage/meta/reuse" || exit 1
    cd "$ws/$stage" || exit 1
  fi
  find tree ! -type d -print0 >meta/files || exit 1
  cd "$ws" || exit 1
}
`;

/**
 * Dates what came after everything that is in the workspace: now, or, if the clock went back since that was written, a second later than that.
 * Products of the future are then in the way of what is built next, which is dated now: `redating` says what to move back, and by how much.
 */
const DATE = `
later() { [ "$1" != "$2" ] && [ "$(printf '%s\\n%s\\n' "$1" "$2" | sort -rn | head -n 1)" = "$1" ]; }
date_new() {
  : >"$ref"
  find . -path ./.sbx -prune -o -type f -printf '%T@\\n' >"$stage/meta/times"
  ended $?
  sort -rn -o "$stage/meta/times" "$stage/meta/times" || exit 1
  newest=
  read -r newest <"$stage/meta/times"
  tries=0
  while [ -n "$newest" ]; do
    touch "$ref"
    now=$(find "$ref" -printf '%T@')
    if later "$now" "$newest"; then break; fi
    gap=$(( ${D}{newest%.*} - ${D}{now%.*} ))
    tries=$((tries + 1))
    if [ "$gap" -ge 2 ] || [ "$tries" -gt 40 ]; then
      touch -d "@$(( ${D}{newest%.*} + 1 ))" "$ref" || exit 1
      printf 'ahead\\0%s\\0' "$gap"
      redating "$gap"
      break
    fi
    sleep 0.05 2>/dev/null || sleep 1
  done
  cd "$stage" || exit 1
  xargs -0 -r touch -h -r ref -- <meta/files || exit 1
  cd "$ws" || exit 1
}
`;

/** From here on the workspace is in between two trees: no receipt, and everything that may be put here or taken away is named in `sent`. */
const BEGIN = `
begin() {
  if [ -s "$stage/meta/added" ] || [ -s "$stage/meta/remove" ] || [ ! -f .sbx/sent ]; then
    if [ -f .sbx/sent ]; then cp .sbx/sent "$stage/meta/sent"; else rm -rf .sbx/sent && : >"$stage/meta/sent"; fi || exit 1
    sort -zu "$stage/meta/sent" "$stage/meta/added" "$stage/meta/remove" >.sbx/sent.new && mv -T .sbx/sent.new .sbx/sent || exit 1
  fi
  rm -rf .sbx/receipt .sbx/seen || exit 1
  if [ -f "$stage/meta/redate" ]; then mv -T "$stage/meta/redate" .sbx/redate || exit 1; fi
}
`;

/**
 * Removes what is gone, and the folders that it leaves empty; never through a link, never a folder that stands where a file was. What may be somebody's, as a
 * damaged list named it, is moved aside.
 */
const REMOVE = `
aside='
aside() {
  rmdir -- "$1" 2>/dev/null && return
  mkdir -p ".sbx/aside/$new/${D}{1%/*}" && mv -T -- "$1" ".sbx/aside/$new/$1" || exit 1
  printf "aside\\0%s\\0" "$1"
}
'
safe='
ok=.
safe() {
  if [ "$1" = "$ok" ]; then return 0; fi
  p=$1
  while [ "$p" != . ]; do
    if [ -L "$p" ]; then return 1; fi
    p=${D}{p%/*}
  done
  ok=$1
}
'
lift() {
  xargs -0 -r sh -c "$safe$aside"'
    for n do if safe "${D}{n%/*}" && { [ -L "$n" ] || [ -e "$n" ]; }; then aside "$n"; fi; done' sh <"$stage/meta/lift" || exit 1
}
remove_gone() {
  xargs -0 -r sh -c "$safe"'
    for n do
      if safe "${D}{n%/*}" && { [ -L "$n" ] || { [ -e "$n" ] && [ ! -d "$n" ]; }; }; then printf "%s\\0" "$n"; fi
    done' sh <"$stage/meta/remove" >"$stage/meta/doomed" || exit 1
  if [ -f .sbx/doubt ]; then
    sort -z "$stage/meta/doomed" >"$stage/meta/sure" || exit 1
    comm -z -12 "$stage/meta/sure" .sbx/doubt >"$stage/meta/doubtful" || exit 1
    xargs -0 -r sh -c "$aside"'for n do aside "$n"; done' sh <"$stage/meta/doubtful" || exit 1
    comm -z -23 "$stage/meta/sure" .sbx/doubt >"$stage/meta/doomed" || exit 1
  fi
  xargs -0 -r rm -f -- <"$stage/meta/doomed" || exit 1
  xargs -0 -r sh -c "$safe"'
    for n do
      d=${D}{n%/*}
      if [ "$d" != . ] && safe "$d" && [ -d "$d" ]; then printf "%s\\0" "$d"; fi
    done' sh <"$stage/meta/remove" | sort -zru | xargs -0 -r rmdir -p --ignore-fail-on-non-empty -- 2>/dev/null
}
`;

/** What stands where a folder or file must go, and was not sent, is moved below .sbx/aside: nothing of others is lost or written through. */
const CLEAR = `
clear_way() {
  find "$stage/tree" -mindepth 1 -type d -printf './%P\\0' >"$stage/meta/folders" || exit 1
  xargs -0 -r sh -c "$aside"'
    for d do if [ -L "$d" ] || { [ -e "$d" ] && [ ! -d "$d" ]; }; then aside "$d"; fi; done' sh <"$stage/meta/folders" || exit 1
  find "$stage/tree" ! -type d -printf './%P\\0' >"$stage/meta/files" || exit 1
  xargs -0 -r sh -c "$aside"'
    for f do if [ -d "$f" ] && [ ! -L "$f" ]; then aside "$f"; fi; done' sh <"$stage/meta/files" || exit 1
}
`;

const PLACE = `
set_modes() {
  xargs -0 -r sh -c "$safe"'
    for n do if safe "${D}{n%/*}" && [ -f "$n" ] && [ ! -L "$n" ]; then printf "%s\\0" "$n"; fi; done' sh <"$1" >"$1.safe" || exit 1
  xargs -0 -r chmod "$2" -- <"$1.safe" || exit 1
}
place_new() {
  if bare; then
    find "$stage/tree" ! -path "$stage/tree" -prune -exec mv -t . -- {} + || exit 1
  else
    clear_way
    if ln "$ref" "$ref.link" 2>/dev/null; then how='-rlP'; else how='-rP --preserve=mode,timestamps'; fi
    cp $how --remove-destination -- "$stage/tree/." . || exit 1
  fi
}
finish() {
  if [ -s "$stage/meta/remove" ] || [ -s "$stage/meta/forget" ]; then
    sort -zu "$stage/meta/remove" "$stage/meta/forget" >"$stage/meta/dropped" || exit 1
    comm -z -23 .sbx/sent "$stage/meta/dropped" >.sbx/sent.new && mv -T .sbx/sent.new .sbx/sent || exit 1
  fi
  rm -rf .sbx/stage .sbx/part .sbx/tmp .sbx/doubt
  rm -f .sbx/sentinel.[0-9]* .sbx/hold.[0-9]* .sbx/holds/.[0-9a-f]*
  if ! listing <.sbx/sent >.sbx/seen; then no sync-changed 'files vanished there while they arrived: run again'; fi
  printf '%s\\n%s\\n%s\\n' "$new" "$boot" "$(sha256sum <.sbx/sent)" | cat >.sbx/receipt.new && mv -T .sbx/receipt.new .sbx/receipt || exit 1
}
`;

/**
 * Receives what a sync sends and puts it in place. $3 id of the receipt that must be there (empty for none), $4 id of the new one, $5 what unpacks stdin, if
 * anything. Stdin: a tar archive of tree/PATH for each file and link, and meta/: sums.1 and on (as sha256sum -z writes them, each behind what it is of), reuse (what .sbx/part has), gone (no longer meant), added, remove, forget, lift, plus, minus (names that
 * begin with ./, each with its NUL), end. Answers what was moved `aside`, how far files there are `ahead` of the clock, whether the workspace was `redated`
 * and where that was refused (`stuck`), and `done`.
 */
export const APPLY = `
${GUARD}${LISTING}${SETTLE}${BARE}${RECEIVE}${REDATE}${DATE}${BEGIN}${REMOVE}${CLEAR}${PLACE}
new=$4
codec=$5
export new
ws=$(pwd -P; printf .)
ws=${D}{ws%??}
stage=.sbx/stage/$new
ref=$stage/ref
receive
settle
have=
if [ -f .sbx/receipt ]; then read -r have <.sbx/receipt; fi
if [ "$have" != "$3" ] || [ ! -d "$stage" ]; then no sync-changed 'another sync came between: run again'; fi
printf '%s %s\\n' "$$" "$(begun "$$")" | cat >.sbx/busy
trap 'rm -f .sbx/busy' EXIT
trap 'exit 1' HUP INT TERM
redate
if [ -s "$stage/meta/files" ]; then date_new; fi
begin
redate
if [ -s "$stage/meta/lift" ]; then lift; fi
if [ -s "$stage/meta/remove" ]; then remove_gone; fi
if [ -s "$stage/meta/plus" ]; then set_modes "$stage/meta/plus" +x; fi
if [ -s "$stage/meta/minus" ]; then set_modes "$stage/meta/minus" -x; fi
if [ -s "$stage/meta/files" ]; then place_new; fi
finish
printf 'done\\0'
`;
