// What is kept of work on the far side, and the programs that look at it. `~/.sbx/runs/OWNER/TREE` is private and holds `job` (its mark, run, step, boot, supervisor and claim), `out`,
// `end` (how it ended, by rename), `watch` (who ends it), `lost` while its link is, and `again` once it was taken up over another link.
// POSIX sh for dash, bash and busybox; Linux, since they look into /proc. They know nothing of SSH.

/** Sets $birth: when process $1 began, in ticks since the boot. A pid is used again, never with the same birth; of one that is not there it is empty. */
export const BORN = `
born() {
  birth=
  { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return
  set -- ${'$'}{line##*) }
  case $1 in [ZX]*) return ;; esac
  shift 19
  birth=$1
}`;

/** Ends who sends the output of tree $1 into its link. */
export const UNLINK = `
unlink() {
  for file in $(LC_ALL=C grep -l "SBX_LINK=$1" /proc/[0-9]*/environ 2>/dev/null); do
    file=${'$'}{file%/environ}
    kill -s KILL "${'$'}{file#/proc/}"
  done
}`;

/** Of $owner, $tree, $mark, $run, $step and $claim: makes the folder `$kept`, whole or not at all; empty if nothing can be kept. */
export const KEEP = `
kept= boot=
{ IFS= read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
born "$$"
runs=$HOME/.sbx/runs/$owner
if [ -n "$HOME" ] && (umask 077 && mkdir -p -- "$runs/.$tree") 2>/dev/null &&
  { printf '%s\\n' "$mark" "$run" "$step" "$boot" "$$ $birth" "$claim" >"$runs/.$tree/job"; } 2>/dev/null &&
  mv -- "$runs/.$tree" "$runs/$tree" 2>/dev/null; then
  kept=$runs/$tree
else
  rm -rf -- "$runs/.$tree" 2>/dev/null
fi`;

/** Reads what is kept in folder $1; `lives` says whether a process, by pid and birth, is still there. */
export const JOB = `
${BORN}
lives() {
  [ -n "$1" ] && born "${'$'}{1% *}" && [ "$birth" = "${'$'}{1#* }" ]
}
read_job() {
  mark= run= step= boot= guard= claim=
  { IFS= read -r mark; IFS= read -r run; IFS= read -r step; IFS= read -r boot; IFS= read -r guard && { IFS= read -r claim || :; }; } 2>/dev/null <"$1/job"
}
read_watch() {
  watch=
  { IFS= read -r watch <"$1/watch"; } 2>/dev/null
  lives "$watch" || watch=
}`;

/**
 * Takes work up over another link: $1 owner, $2 tree, $3 the mark of its output, $4 bytes of that which have arrived. Prints the rest of the output as it comes, the mark,
 * and how it ended; instead of that `none` (nothing is kept), `rebooted`, `elsewhere` (meanwhile somebody else had its end), or `gone`: its supervisor was killed,
 * and so is what it left.
 * Reads beats, as the supervisor does. With `taken`, what is kept is removed. What was not kept, for want of room, is said by `cut` behind the end.
 */
export const TAKE_UP = `
runs=$HOME/.sbx/runs/$1 tree=$2 mark=$3 at=$4 me=$$ quiet=0
${JOB}
say() {
  printf '%s %s\\n' "$mark" "$1"
  exit
}
cd -- "$runs/$tree" 2>/dev/null && read_job . || say none
now=
{ IFS= read -r now </proc/sys/kernel/random/boot_id; } 2>/dev/null
[ "$boot" = "$now" ] || say rebooted
: >again
tell() {
  read_watch .
  [ -z "$watch" ] || kill -s "$1" "${'$'}{watch% *}" 2>/dev/null
}
tell HUP
exec 4<&0 </dev/null
(
  while IFS= read -r line; do
    case $line in
      stop) tell TERM ;;
      kill) tell USR2 ;;
      taken) rm -rf -- "$runs/$tree"; kill -s KILL "$me"; exit ;;
      *) tell ALRM ;;
    esac
  done
  tell HUP
  kill -s KILL "$me"
) <&4 &
exec 4<&-
while :; do
  ended= size=0
  [ ! -e end ] || ended=1
  [ ! -e out ] || size=$(wc -c <out)
  if [ "$size" -gt "$at" ]; then
    tail -c "+$((at + 1))" out | head -c "$((size - at))" || exit
    at=$size quiet=0
  elif [ -n "$ended" ]; then
    [ "$quiet" -lt 20 ] || say "$(cat end) cut"
    quiet=$((quiet + 1))
  elif ! lives "$guard" && [ ! -e end ]; then
    [ -e job ] || say elsewhere
    tell TERM
    say gone
  fi
  sleep 0.1 || sleep 1
done`;

/** What is kept of owner $1, a line each: tree, mark, state, since (seconds since 1970), run, step, with tabs between. */
export const LIST = `
${JOB}
now=
{ IFS= read -r now </proc/sys/kernel/random/boot_id; } 2>/dev/null
for kept in "$HOME/.sbx/runs/$1"/*; do
  [ ! -L "$kept" ] && read_job "$kept" || continue
  if [ "$boot" != "$now" ]; then state=gone
  elif [ -e "$kept/end" ]; then state=ended
  elif ! lives "$guard"; then state=gone
  elif [ -e "$kept/lost" ]; then state=lost
  else state=on
  fi
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "${'$'}{kept##*/}" "$mark" "$state" "$(date -r "$kept/job" +%s)" "$run" "$step"
done
exit 0`;
