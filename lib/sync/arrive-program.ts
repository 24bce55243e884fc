/**
 * One round trip on connecting: is the far side fit, what do its probes say, what is where the workspace should be?
 * $1 workspace, $2 the same if that is taken, $3 beginning of our sentinel, then NAME PROGRAM for each probe. Only reads. `$` and `{` are kept apart for the sake of this file's own language.
 */
const D = '$';

export const ARRIVE = `
umask 022
lack=
for tool in tar find xargs sha256sum sort comm cmp cp mv rm rmdir mkdir touch cat head; do
  command -v "$tool" >/dev/null 2>&1 || lack="$lack $tool"
done
if [ -z "$lack" ]; then
  find / -maxdepth 0 -printf '' 2>/dev/null || lack="$lack find-with-printf(GNU)"
  sort -z </dev/null 2>/dev/null || lack="$lack sort-z(GNU)"
  comm -z /dev/null /dev/null 2>/dev/null || lack="$lack comm-z(GNU)"
  sha256sum -z /dev/null >/dev/null 2>&1 || lack="$lack sha256sum-z(GNU)"
fi
printf 'lack\\0%s\\0' "${D}{lack# }"
os=$(uname -s) && arch=$(uname -m) && os=$(printf %s "$os" | tr A-Z a-z) || exit 1
printf 'probe\\0%s\\0%s\\0%s\\0' os 0 "$os" arch 0 "$arch"
printf 'clock\\0%s\\0' "$(date +%s)"
printf 'home\\0%s\\0' "$HOME"
absolute() { case $1 in /*) printf '%s' "$1";; *) printf '%s/%s' "${D}{HOME%/}" "$1";; esac; }
look() {
  w=$1
  if [ -L "$w" ]; then st=link
  elif [ ! -e "$w" ]; then st=absent
  elif [ ! -d "$w" ]; then st=file
  elif [ ! -O "$w" ] || [ ! -w "$w" ] || [ ! -x "$w" ]; then st=alien
  elif [ -L "$w/.sbx" ] || [ -L "$w/.sbx/sentinel" ]; then st=inner-link
  elif [ -f "$w/.sbx/sentinel" ]; then st=owned
  elif [ -z "$(find "$w/." ! -name . -prune ! -name .sbx -print 2>/dev/null | head -n 1)" ]; then st=empty
  else st=foreign
  fi
  case "${D}{HOME%/}/" in "${D}{w%/}"/*) st=home;; esac
}
w1=$(absolute "$1.")
w1=${D}{w1%.}
w2=$(absolute "$2.")
w2=${D}{w2%.}
ours=$3
shift 3
look "$w1"
taken=
if [ "$st" = owned ]; then
  case $(cat "$w1/.sbx/sentinel") in
    "$ours"*) ;;
    *) taken=$(cat "$w1/.sbx/sentinel"); look "$w2";;
  esac
fi
printf 'workspace\\0%s\\0%s\\0%s\\0' "$st" "$w" "$taken"
if [ "$st" = owned ]; then
  printf 'sentinel\\0%s\\0' "$(cat "$w/.sbx/sentinel")"
  if [ -f "$w/.sbx/receipt" ]; then printf 'receipt\\0%s\\0' "$(head -n 1 "$w/.sbx/receipt")"; fi
  for hold in "$w"/.sbx/holds/*; do
    if [ -f "$hold" ]; then printf 'hold\\0%s\\0%s\\0' "${D}{hold##*/}" "$(head -c 200 "$hold")"; fi
  done
elif [ "$st" = foreign ]; then
  find "$w/." ! -name . -prune -printf 'there\\0%f%y\\0' | head -c 20000
  printf '\\0'
fi
limit=
if command -v timeout >/dev/null 2>&1; then limit='timeout 60'; fi
while [ $# -gt 0 ]; do
  said=$($limit sh -c "$2" 2>/dev/null </dev/null)
  end=$?
  printf 'probe\\0%s\\0%s\\0%s\\0' "$1" "$end" "$said"
  shift 2
done
printf 'done\\0'
`;
