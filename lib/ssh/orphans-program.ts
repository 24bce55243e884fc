import { JOB, UNLINK } from './kept-programs.ts';
import { FINISH } from './supervisor.ts';

/**
 * The first words of whoever has a checkout for itself: two attempts never work in one workspace. $1 owner, $2 claim, then trees that were given up.
 * Ends, and waits until it is gone: what is going on there after its link was lost; what others than this claim left, though it is not known there yet
 * that their link is lost; and what was given up. Work without a claim lives as long as its link, whoever comes.
 * The parent of a sleeper is told, if it is a watch: whoever took in the sleeper of a watch that was killed is none.
 * What has ended and is not reaped, as in containers whose first process reaps nobody, is gone. What was kept of it goes too, also where nothing tells of what; never
 * behind a link: `rm -r` of one with a slash behind it empties what it leads to.
 * Exit code 5: something of it cannot be ended.
 */
export const ORPHANS = `
owner=$1 ours=$2 orphans=
shift 2
trees=$*
${JOB}
${UNLINK}
${FINISH}
is_kept() {
  [ -d "$kept" ] && [ ! -L "$kept" ]
}
end_lost() {
  for file in $(LC_ALL=C grep -l "SBX_LOST=$owner" /proc/[0-9]*/environ 2>/dev/null); do
    { IFS= read -r line <"${'$'}{file%/environ}/stat"; } 2>/dev/null || continue
    set -- ${'$'}{line##*) }
    LC_ALL=C grep -q "$owner" "/proc/$2/cmdline" 2>/dev/null || continue
    kill -s TERM "$2" 2>/dev/null && orphans="$orphans $2"
  done
}
end_lost
for kept in "$HOME/.sbx/runs/$owner"/*; do
  is_kept && read_job "$kept" && lives "$guard" || continue
  tree=${'$'}{kept##*/}
  case $tree in *[!0-9a-f]*) continue ;; esac
  case " $trees " in
    *" $tree "*) ;;
    *) [ -n "$claim" ] && [ "$claim" != "$ours" ] || continue; trees="$trees $tree" ;;
  esac
  : >"$kept/lost"
  unlink "$tree"
  read_watch "$kept"
  [ -z "$watch" ] || { kill -s TERM "${'$'}{watch% *}" 2>/dev/null && orphans="$orphans ${'$'}{watch% *}"; }
done
for orphan in $orphans; do
  while { IFS= read -r line <"/proc/$orphan/stat"; } 2>/dev/null; do
    case ${'$'}{line##*) } in [ZX]*) break ;; esac
    sleep 0.05 || sleep 1
  done
done
for tree in $trees; do
  (patience=200 ended=1 last=0; finish) || exit
done
for kept in "$HOME/.sbx/runs/$owner"/*; do
  is_kept || continue
  read_job "$kept"
  round=0
  case " $trees " in *" ${'$'}{kept##*/} "*) while lives "$guard" && [ "$round" -lt 100 ]; do sleep 0.05 || sleep 1; round=$((round + 1)); done ;; esac
  lives "$guard" || rm -rf -- "$kept"
done`;
