import { D } from './guard-program.ts';

/**
 * Products dated in the future, since the clock went back, would stand in the way of what is built next: that is dated now, so what is made of it
 * looks newer than it, and make and linkers leave it as it is. So then everything in the workspace is moved back by the same time: which of two
 * files is newer stays as it was. `redating SECONDS` writes down what to move, if there are such products; `redate` moves it, also where
 * another sync began to and was ended: what was moved already, or was written since, does not have the date that was written down.
 */
export const REDATE = `
dates() {
  find . -path ./.sbx -prune -o \\( -type f -o -type d -o -type l \\) -printf '%T@ %p\\0' >"$stage/meta/dated"
  ended $?
  sort -z "$stage/meta/dated" || exit 1
}
redating() {
  if [ "$1" -gt 1000000000 ]; then return; fi
  touch "$stage/now"
  find . -path ./.sbx -prune -o -type f -newer "$stage/now" -print0 >"$stage/meta/newer"
  ended $?
  sort -z "$stage/meta/newer" >"$stage/meta/future" || exit 1
  known=.sbx/sent
  if [ ! -f "$known" ]; then known=/dev/null; fi
  comm -z -23 "$stage/meta/future" "$known" >"$stage/meta/made" || exit 1
  if [ ! -s "$stage/meta/made" ]; then return; fi
  { printf '%s\\0' "$(( $1 + 1 ))"; dates; } >"$stage/meta/redate" || exit 1
}
redate() {
  if [ ! -f .sbx/redate ]; then return; fi
  by=$(head -z -n 1 .sbx/redate | tr -d '\\0')
  case $by in '' | *[!0-9]*) exit 1 ;; esac
  dates >"$stage/meta/dates"
  tail -z -n +2 .sbx/redate >"$stage/meta/was" && comm -z -12 "$stage/meta/was" "$stage/meta/dates" >"$stage/meta/move" || exit 1
  xargs -0 -r sh -c '
    by=$1
    shift
    redate_all() { touch -c -h -d "@$(( ${D}{date%.*} - by )).${D}{date#*.}" -- "$@" 2>/dev/null; }
    redate_each() { for name do redate_all "$name" || printf "stuck\\0%s\\0" "$name"; done; }
    date=
    for file do
      if [ "${D}{file%% *}" != "$date" ] || [ "$#" -gt 400 ]; then
        if [ -n "$date" ]; then redate_all "$@" || redate_each "$@"; fi
        date=${D}{file%% *}
        set --
      fi
      set -- "$@" "${D}{file#* }"
    done
    redate_all "$@" || redate_each "$@"' sh "$by" <"$stage/meta/move" || exit 1
  rm -f .sbx/redate
  printf 'redated\\0'
}
`;
