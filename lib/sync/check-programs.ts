import { BARE, GUARD, LISTING, SETTLE } from './guard-program.ts';

/** `hold STEP KEY`: the place says that it holds the result of exactly this. */
const HOLD_FUNCTION = `
hold() {
  mkdir -p .sbx/holds && printf '%s' "$2" | cat >".sbx/hold.$$" && mv -T ".sbx/hold.$$" ".sbx/holds/$1" || exit 1
}
`;

/** $3 step, $4 key. */
export const HOLD = `${GUARD}${HOLD_FUNCTION}
hold "$3" "$4"
`;

/**
 * What is there of what was sent? First which programs of use are there, and whether there are `parts` of a sync that was cut. $3 the id of the receipt that this side has, empty for none. $4 a step and $5 its key: if all is as it was sent,
 * the place holds it from now on. Answers
 * `same`; or `edited`, the names that changed since, an empty field and their details; or `other`, `bare` or `full`, and the id that is there.
 * A receipt counts only on the boot it was written on: a power cut may have kept it and lost the files; and only with lists that name the same files. Where
 * they do not, one of them was damaged: the one is believed whose names have the sum that the receipt gives. If neither has, what either names and is there is
 * taken for sent and looked at anew; what only one names may be somebody's, so that it is in `doubt`: never removed, but moved aside.
 */
export const CHECK = `
${GUARD}${LISTING}${SETTLE}${BARE}${HOLD_FUNCTION}
whole() {
  if [ ! -f .sbx/sent ]; then rm -rf .sbx/sent && : >.sbx/sent || exit 1; fi
  if [ ! -f .sbx/doubt ]; then rm -rf .sbx/doubt || exit 1; fi
  if cut -z -d' ' -f6- .sbx/seen | cmp -s - .sbx/sent; then return; fi
  mkdir -p .sbx/tmp || exit 1
  names=.sbx/tmp/names.$$
  cut -z -d' ' -f6- .sbx/seen >"$names" || exit 1
  if [ "$(sha256sum <"$names")" = "$sum" ]; then
    mv -T "$names" .sbx/sent || exit 1
    return
  fi
  if [ "$(sha256sum <.sbx/sent)" != "$sum" ]; then
    sort -zu "$names" >"$names.one" && sort -zu .sbx/sent >"$names.two" && sort -z "$names.one" "$names.two" >"$names.both" || exit 1
    xargs -0 -r sh -c '
      for n do
        case $n in
          */../* | */.. | ./.sbx | ./.sbx/*) ;;
          ./?*) if [ -e "$n" ] || [ -L "$n" ]; then printf "%s\\0" "$n"; fi ;;
        esac
      done' sh <"$names.both" >"$names.all" || exit 1
    : >>.sbx/doubt
    uniq -zu "$names.all" >"$names.one" && sort -zu "$names.one" .sbx/doubt >.sbx/doubt.new && mv -T .sbx/doubt.new .sbx/doubt || exit 1
    uniq -z "$names.all" >.sbx/sent.new && mv -T .sbx/sent.new .sbx/sent || exit 1
  fi
  rm -rf .sbx/receipt .sbx/seen "$names" "$names".*
  id=
}
settle
tools=
for tool in zstd gzip rsync; do if command -v "$tool" >/dev/null 2>&1; then tools="$tools $tool"; fi; done
parts=
if [ -d .sbx/stage ] || [ -d .sbx/part ]; then parts=parts; fi
printf '%s\\0%s\\0' "$tools" "$parts"
id=; on=; sum=
if [ -f .sbx/receipt ]; then { read -r id; read -r on; read -r sum; } <.sbx/receipt; fi
case $id in *[!0-9a-f]*) rm -f .sbx/receipt; id= ;; esac
if [ -f .sbx/seen ]; then whole; fi
if [ -z "$id" ] || [ "$id" != "$3" ] || [ "$on" != "$boot" ] || [ ! -f .sbx/seen ]; then
  size=full
  if bare; then size=bare; fi
  printf 'other\\0%s\\0%s\\0' "$size" "$id"
  exit 0
fi
mkdir -p .sbx/tmp
now=.sbx/tmp/seen.$$
trap 'rm -f "$now" "$now".*' EXIT
listing <.sbx/sent >"$now"
if cmp -s .sbx/seen "$now"; then
  if [ -n "$5" ]; then hold "$4" "$5"; fi
  printf 'same\\0'
  exit 0
fi
sort -z .sbx/seen >"$now.old" && sort -z "$now" >"$now.new" && comm -z -23 "$now.old" "$now.new" >"$now.gone" || exit 1
cut -z -d' ' -f6- "$now.gone" >"$now.names" || exit 1
printf 'edited\\0'
cat "$now.names" || exit 1
printf '\\0'
details "$now.names"
printf 'end\\0'
`;

/**
 * All that is known of the workspace, without a receipt. Stdin: the names of interest, folders among them. Answers their details, then `sent` and
 * the names that syncs ever sent, or, where no sync was ever begun, `all` and the names of everything that is there, repositories left out.
 */
export const SURVEY = `
${GUARD}${LISTING}${SETTLE}
settle
mkdir -p .sbx/tmp
now=.sbx/tmp/names.$$
trap 'rm -f "$now" "$now".*' EXIT
cat >"$now" || exit 1
details "$now"
if [ -f .sbx/sent ]; then
  printf 'sent\\0'
  cat .sbx/sent || exit 1
else
  printf 'all\\0'
  find . \\( -path ./.sbx -o -name .git \\) -prune -o ! -type d -print0
  ended $?
fi
printf '\\0'
printf 'end\\0'
`;

/**
 * What syncs that were cut left in their stages is put together in .sbx/part; links are not, since one could lead elsewhere what comes to lie beneath it.
 * Answers the details of the files there.
 */
export const PARTS = `
${GUARD}${LISTING}${SETTLE}
settle
if [ -L .sbx/part ] || [ ! -d .sbx/part ]; then rm -f .sbx/part && mkdir -p .sbx/part || exit 1; fi
for tree in .sbx/stage/*/tree; do
  if [ -d "$tree" ] && [ ! -L "$tree" ]; then
    find "$tree" -type l -delete || exit 1
    cp -rlP --remove-destination -- "$tree/." .sbx/part/ 2>/dev/null || cp -rP --remove-destination -- "$tree/." .sbx/part/ 2>/dev/null
  fi
done
rm -rf .sbx/stage
mkdir -p .sbx/tmp
cd .sbx/part || exit 1
names=../tmp/parts.$$
trap 'rm -f "$names" "$names".*' EXIT
find . -type f -print0 >"$names"
details "$names"
printf 'end\\0'
`;
