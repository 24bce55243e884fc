import { GUARD } from './guard-program.ts';

/** The contents of the files named on stdin, one after the other. */
export const CAT = `
${GUARD}
mkdir -p .sbx/tmp
tmp=.sbx/tmp/cat.$$
trap 'rm -f "$tmp"' EXIT
cat >"$tmp" || exit 1
xargs -0 -r cat -- <"$tmp"
`;

/**
 * The same lot by lot, each packed if a sample of it gets smaller by that. $3 what may pack, best first, $4 a mark, $5 bytes of a block. Stdin: for each lot
 * a line (bytes of its names, where the sample begins, what it must get below), then its names with their NUL, that of the sample first. Answers for each lot
 * what packed it, if anything, and a NUL, then its contents, or the blocks of them, each packed by itself with the mark behind it.
 */
export const CAT_PACKED = `
${GUARD}
mkdir -p .sbx/tmp
tmp=.sbx/tmp/cat.$$
trap 'rm -f "$tmp" "$tmp".*' EXIT
codec=
for one in $3; do if [ -z "$codec" ] && command -v "$one" >/dev/null 2>&1; then codec=$one; fi; done
if [ -n "$codec" ] && ! SHELL=/bin/sh split --filter=: - </dev/null 2>/dev/null; then codec=; fi
mark=$4
export codec mark
pays() {
  [ -n "$codec" ] || return
  size=$(head -z -n 1 "$tmp" | xargs -0 -r tail -c "+$1" -- 2>/dev/null | head -c 8192 | "$codec" -1cq | wc -c)
  [ "$size" -gt 0 ] && [ "$size" -lt "$2" ]
}
contents() { tail -z -n +2 "$tmp" | xargs -0 -r cat --; }
while read -r names middle most; do
  head -c "$names" >"$tmp" || exit 1
  if pays "$middle" "$most"; then
    printf '%s\\0' "$codec"
    { contents || : >"$tmp.bad"; } | SHELL=/bin/sh split -a 6 -b "$5" --filter='"$codec" -1cq; printf %s "$mark"' - || exit 1
    if [ -e "$tmp.bad" ]; then exit 1; fi
  else
    printf '\\0'
    contents || exit 1
  fi
done
`;
