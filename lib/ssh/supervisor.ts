import { BORN, KEEP, UNLINK } from './kept-programs.ts';

// The programs that guard a step's command on the far side. POSIX sh for dash, bash and busybox; Linux, since they look into /proc.
// They know nothing of SSH: their stdin is a stream of lines, and its end means that nobody is there any more.

/**
 * Ends everything that carries SBX_TREE=$tree: TERM once to each process group (they are all ours, since the command has a session of its
 * own) and of what hangs below, whatever its environment; after `$patience` rounds, or with USR2, KILL. If nothing of it is there yet, its
 * start is waited for, unless $ended says that its end has been. Children are read without a process for it: a tree of twenty took four times as long to end.
 * Exit code $last: nothing is left, 5: something cannot be killed.
 */
export const FINISH = `
groups_below() {
  for one do
    { IFS= read -r line <"/proc/$one/stat"; } 2>/dev/null || continue
    set -- ${'$'}{line##*) }
    case " $groups " in *" $3 "*) ;; *) groups="$groups $3" ;; esac
    below=''
    for file in "/proc/$one/task/"*/children; do
      line=''
      { IFS= read -r line <"$file"; } 2>/dev/null
      below="$below $line"
    done
    groups_below $below
  done
}
finish() {
  trap '' HUP ALRM TERM
  trap 'ended=1' USR1
  trap '[ "$round" -ge "$patience" ] || patience=$round' USR2
  round=0 told=''
  while :; do
    groups=
    for file in $(LC_ALL=C grep -l "SBX_TREE=$tree" /proc/[0-9]*/environ 2>/dev/null); do
      file=${'$'}{file%/environ}
      groups_below "${'$'}{file#/proc/}"
    done
    if [ -z "$groups" ] && [ -n "$told$ended" ]; then
      for group in $told; do kill -s KILL -- "-$group"; done
      exit "$last"
    fi
    [ "$round" -lt $((patience + 100)) ] || exit 5
    for group in $groups; do
      if [ "$round" -ge "$patience" ]; then
        kill -s KILL -- "-$group"
      else
        case " $told " in *" $group "*) continue ;; esac
        kill -s TERM -- "-$group"
        kill -s CONT -- "-$group"
      fi
      told="$told $group"
    done
    sleep 0.05 || sleep 1
    round=$((round + 1))
  done
}`;

/**
 * Reads beats. $1 tree, $2 owner, $3 grace and $4 silence in seconds, $5 rounds of patience, $6 what is kept of it, or nothing. A reader of its own
 * turns lines into signals, since only `wait` ends at once when one comes; who takes the work up again sends them from elsewhere (TAKE_UP).
 * While the link is lost the sleeper carries SBX_LOST=$owner: so others find it (ORPHANS). Whoever still sends output into a lost link is ended, so that
 * the command never waits for it; a beat over that link after all is answered with `parted`, since output is missing in it.
 * (`<&0` would be /dev/null for a background command of dash: hence fd 4. The link's own stdout is fd 5.)
 * Where who waits for the command was killed, which closes the link's stdin or is seen at the next beat, the tree is ended at once: nobody could say how it ended.
 * USR1 says that the command has ended, and ends this too, except when it is ending the tree; while the link is lost, what the command left in
 * the background is ended as well, since nobody will do it later.
 */
const WATCH = `
tree=$1 owner=$2 grace=$3 silence=$4 patience=$5 kept=$6 me=$$ mode=on next='' gone='' ended='' last=4
${FINISH}
${BORN}
${UNLINK}
part() {
  mode=lost
  [ -z "$kept" ] || : >"$kept/lost"
  unlink "$tree"
}
join() {
  [ "$mode" = lost ] && mode=on gone= || return
  [ -n "$kept" ] || return
  rm -f -- "$kept/lost"
  [ -e "$kept/again" ] || { IFS= read -r mark <"$kept/job" && printf '%s parted\\n' "$mark" >&5 & }
}
trap finish TERM
trap 'patience=0' USR2
trap 'next=on' ALRM
trap 'gone=1' HUP
trap '[ "$mode$gone" = on ] && exit 0; last=0 ended=1; finish' USR1
born "$PPID"
parent=$birth
[ -z "$kept" ] || { born "$me"; printf '%s %s\\n' "$me" "$birth" >"$kept/watch"; }
exec 4<&0 </dev/null
(
  while IFS= read -r line; do
    case $line in stop) kill -s TERM "$me" ;; kill) kill -s USR2 "$me" ;; *) kill -s ALRM "$me" ;; esac
  done
  kill -s HUP "$me"
) <&4 &
exec 4<&-
while :; do
  if [ "$mode" = on ]; then sleep "$silence" & else SBX_LOST=$owner sleep "$grace" & fi
  sleeper=$!
  [ -n "$next" ] || [ "$gone" = 1 ] || wait "$sleeper"
  kill "$sleeper"
  was=$next next=''
  born "$PPID"
  [ "$birth" = "$parent" ] || { ended=1; finish; }
  if [ "$gone" = 1 ]; then gone=seen; part
  elif [ "$was" = on ]; then join
  elif [ "$mode" = lost ]; then finish
  else part
  fi
done`;

/**
 * $1 mark, $2 tree, $3 attempt, $4 run, $5 owner, $6 grace, $7 silence, $8 patience, $9 folder, then: how much of the output is kept (in blocks of 512 bytes), step, claim,
 * file of the mark and its value (or two empty words), interpreter, first program of the interpreter, the job as its line.
 * Output goes to the link and to a file (see lib/ssh/kept-programs.ts), through a relay that outlives the link, so that the command never gets SIGPIPE because of it.
 * Where a signal ends the command, the shell says so on its stderr, behind which nobody may be any more: that must not end it before its watch is told.
 * The last thing in the output is the mark and how it ended: an exit code, `stopped`, `stuck`, or why it was not started. What is kept goes when that was `taken`,
 * which nobody waits for once the link was lost. If a part of the relay is killed, the mark is followed by `parted`: what is missing has to be taken up from the file.
 * If who waits for the command is killed, there is no end: this ends without a word, and whoever takes the work up finds out.
 */
export const SUPERVISOR = String.raw`
mark=$1 tree=$2 attempt=$3 run=$4 owner=$5 grace=$6 silence=$7 patience=$8 folder=$9
shift 9
most=$1 step=$2 claim=$3 held=$4 value=$5 shell=$6 start=$7 job=$8
watch='${WATCH.replaceAll("'", `'\\''`)}'
${BORN}
${KEEP}
out=/dev/null
[ -z "$kept" ] || out=$kept/out
trap : HUP
exec 3<&0 5>&1 </dev/null
guard() {
  cd -- "$folder" 2>/dev/null || { end=folder; return; }
  command -v "$shell" >/dev/null 2>&1 || { end=shell; return; }
  [ -z "$held" ] || rm -f -- "$held" || { end=mark; return; }
  setsid /bin/sh -c "$watch" watch "$tree" "$owner" "$grace" "$silence" "$patience" "$kept" <&3 >/dev/null 2>&1 3<&- &
  watcher=$!
  printf '%s\n' "$job" | SBX_TREE=$tree SBX_ATTEMPT=$attempt SBX_RUN=$run setsid "$shell" -c "$start" sbx 2>&1 3<&- 5>&-
  end=$?
  kill -s USR1 "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  case $? in 4) end=stopped ;; 5) end=stuck ;; esac
  kill -s KILL -- "-$watcher" 2>/dev/null
  if [ "$end" = 0 ] && [ -n "$value" ]; then
    new=${'$'}{held%/*}/.$tree
    mkdir -p -- "${'$'}{held%/*}" && printf %s "$value" >"$new" && mv -f -- "$new" "$held" || end=mark
  fi
}
{
  trap : HUP PIPE
  guard
  [ -z "$kept" ] || { printf '%s\n' "$end" >"$kept/end.new" && mv -f -- "$kept/end.new" "$kept/end"; } 2>/dev/null
  printf '%s %s\n' "$mark" "$end"
} | {
  trap '' PIPE HUP XFSZ
  exec 3<&- 5>&- 2>/dev/null
  {
    (ulimit -f "$most"; exec tee -- "$out" 2>/dev/null)
    [ $? -lt 128 ] || printf '%s parted\n' "$mark"
    cat >/dev/null
  } | SBX_LINK=$tree cat 2>/dev/null || [ -e "$kept/lost" ] || { printf '%s parted\n' "$mark" & }
}
[ -e "$kept/end" ] && [ ! -e "$kept/lost" ] && [ ! -e "$kept/again" ] || exit 0
while IFS= read -r line <&3; do
  case $line in *taken) rm -rf -- "$kept"; exit ;; esac
done`;

/** Ends what carries SBX_TREE=$1, with $2 rounds of patience. */
export const SWEEP = `tree=$1 patience=$2 ended=1 last=0
${FINISH}
finish`;

/** What the programs above need; each one that is missing is printed. What syncs and fetches need, they look for themselves. */
export const FITNESS = `
for tool in cat grep head mkdir mv rm setsid sleep tail tee wc; do
  command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"
done
[ -r /proc/self/environ ] || printf ' /proc'`;
