import { D, GUARD } from './guard-program.ts';

/**
 * What lies below some paths. $3 `hash` for digests at once, $4 for a limit of entries; stdin: the paths, each ./a/b with its NUL. Answers
 * kind, mode, size, name and link target of everything but folders, folders called .git being left out and told as kind G; for a path that is not
 * there kind M, for one that is reached through a link kind L; then \`end\`; then, if asked, digests as sha256sum -z writes them, and \`end\`.
 */
export const LIST = `
${GUARD}
mkdir -p .sbx/tmp
tmp=.sbx/tmp/list.$$
trap 'rm -f "$tmp" "$tmp".*' EXIT
cat >"$tmp" || exit 1
xargs -0 -r sh -c '
for root do
  p=${D}{root%/*}
  while [ "$p" != . ] && [ "$p" != "$root" ]; do
    if [ -L "$p" ]; then printf "L\\0000\\0000\\0%s\\0\\0" "$root"; continue 2; fi
    p=${D}{p%/*}
  done
  if [ -L "$root" ] || [ -e "$root" ]; then printf "%s\\0" "$root" >&3
  else printf "M\\0000\\0000\\0%s\\0\\0" "$root"; fi
done' sh <"$tmp" 3>"$tmp.roots" || exit 1
{ xargs -0 -r sh -c 'exec find "$@" \\( -name .git -printf "G\\0%m\\0%s\\0%p\\0\\0" -o -path ./.sbx \\) -prune -o ! -type d -printf "%y\\0%m\\0%s\\0%p\\0%l\\0"' sh \\
  <"$tmp.roots"; echo $? >"$tmp.end"; } | head -c "$4" || exit 1
read -r end <"$tmp.end" && [ "$end" = 0 ] || exit 1
printf 'end\\0'
if [ "$3" = hash ]; then
  xargs -0 -r sh -c 'exec find "$@" \\( -name .git -o -path ./.sbx \\) -prune -o -type f -print0' sh <"$tmp.roots" | xargs -0 -r sha256sum -z || exit 1
  printf 'end\\0'
fi
`;

/** Digests of the files named on stdin, in their order. */
export const HASH = `
${GUARD}
xargs -0 -r sha256sum -z -- || exit 1
printf 'end\\0'
`;
