import { BEGIN, EXITS, LOCK } from './programs.ts';

// Programs that make and remove machines. What their words are stands with the others, in programs.ts.

/** `again` ends the program if the machine of the wish is there, and removes a half. `finish` makes a machine whole: its name is its own from then on. `gone` removes one with its disks. */
const PARTS = `
again() {
  half=$(named "$id.$owner"); [ -z "$half" ] || gone "$half" || exit 1
  vb list vms >"$t/vms" || exit
  [ -s "$d/uuid" ] && read -r was <"$d/uuid" && grep -qF "{$was}" "$t/vms" && { echo "uuid $was"; exit 0; }
}
finish() {
  printf '%s\\n' "$1" >"$d/uuid"
  vb setextradata "$1" sbx/wish "$2" && vb setextradata "$1" sbx/owner "$3" || exit 1
  vb modifyvm "$1" --uart1 0x3F8 4 --uartmode1 file "$d/serial.log" || exit 1
  # By NAT a guest reaches what listens on 127.0.0.1 of its computer; since 7.0 only where it is allowed to.
  major=$(vb --version | sed -n 's/^\\([0-9]*\\)\\..*/\\1/p')
  [ "\${major:-0}" -lt 7 ] || vb modifyvm "$1" --nat-localhostreachable1 on || exit 1
  vb modifyvm "$1" --name "$4" || exit 1
  echo "uuid $1"
}
gone() {
  now=$(id=$1; state) || exit
  case $now in poweroff|aborted|saved|aborted-saved) :;; *) vb controlvm "$1" poweroff >/dev/null;; esac
  vb unregistervm "$1" --delete >/dev/null
}
`;

/** $4 wish, $5 owner. Says the id of its machine if that is whole: then nothing need be looked at again. */
export const FINISHED = `${BEGIN}
d=$root/$id.$1
[ -s "$d/uuid" ] && read -r was <"$d/uuid" || exit 0
vb list vms >"$t/vms" || exit
grep -F "{$was}" "$t/vms" | grep -qv '^"sbx-[0-9a-f-]\\{36\\}[.]' && echo "uuid $was"
:
`;

/** What the import would do, for the numbers of its disks. $5 appliance. */
export const DRY = `${BEGIN}vb import "$1" -n`;

/** $4 wish, $5 owner, $6 name, $7 appliance, then the units of its disks. A half that is found was left by a dead one: it is undone first. */
export const IMPORT = `${BEGIN}${LOCK}${PARTS}
owner=$1; name=$2; ova=$3; shift 3
for other in "$root/$id".*; do [ -d "$other" ] && [ "$other" != "$root/$id.$owner" ] && exit ${EXITS.foreign}; done
d=$root/$id.$owner; mkdir -p -- "$d" || exit 1
locked "$id"
again
grep -qF "\\"$name\\" {" "$t/vms" && exit ${EXITS.taken}
rm -rf -- "$d"/disk-*
n=0
for unit do set -- "$@" --unit "$unit" --disk "$d/disk-$n.vmdk"; n=$((n+1)); done
shift $n; set -- --vsys 0 --vmname "sbx-$id.$owner" "$@"
vb import "$ova" "$@" >/dev/null || exit 1
made=$(named "$id.$owner")
[ -n "$made" ] || { echo 'the imported machine is not in the list' >&2; exit 1; }
finish "$made" "$id" "$owner" "$name"
`;

/** VirtualBox gives a clone all that the other one has: notes, seeds, and ports that are one machine's alone. `$t/info` is what it says of it. */
const OWN = `
own() {
  vb getextradata "$1" enumerate >"$t/extra" || exit
  for key in $(sed -n 's#^Key: \\(sbx/note/[a-z0-9-]*\\), Value: .*#\\1#p' "$t/extra"); do vb setextradata "$1" "$key" || exit 1; done
  any=$(value forwards)
  for rule in $(sed -n 's/^Forwarding([0-9]*)=.\\(sbx-[0-9]*\\),.*,\\([0-9]*\\).$/\\1:\\2/p' "$t/info"); do
    vb modifyvm "$1" --natpf1 delete "\${rule%:*}" || exit 1
    any=\${any:+$any }\${rule#*:}
  done
  vb setextradata "$1" sbx/forwards "$any" || exit 1
  sed -n 's/^SharedFolderNameMachineMapping[0-9]*=.\\(.*\\).$/\\1/p' "$t/info" >"$t/shares"
  while IFS= read -r share; do vb sharedfolder remove "$1" --name "$share" || exit 1; done <"$t/shares"
  sed -n 's#^"\\(.*\\)-\\([0-9]*\\)-\\([0-9]*\\)"=".*/seed\\.iso"$#\\2 \\3 \\1#p' "$t/info" >"$t/discs"
  while read -r port device controller; do
    vb storageattach "$1" --storagectl "$controller" --port "$port" --device "$device" --type dvddrive --medium emptydrive || exit 1
  done <"$t/discs"
}
`;

/** $4 machine, $5 wish, $6 owner, $7 name. The new one hangs on a snapshot of the other, which must stay as long as it does; whose, stands in its folder before. */
export const CLONE = `${BEGIN}${LOCK}${PARTS}${OWN}
base=$id; id=$1; owner=$2; name=$3
id=$base; off; whole; id=$1
d=$root/$id.$owner; mkdir -p -- "$d" || exit 1
locked "$id"
cp -- "$t/info" "$t/base"; again
printf '%s\\n' "$base" >"$d/base" || exit 1
grep -q "=.sbx-$id.$" "$t/base" || vb snapshot "$base" take "sbx-$id" >/dev/null || exit 1
vb clonevm "$base" --snapshot "sbx-$id" --options link --name "sbx-$id.$owner" --register >/dev/null || exit 1
made=$(named "$id.$owner")
[ -n "$made" ] || { echo 'the clone is not in the list' >&2; exit 1; }
(id=$made; state) >/dev/null || exit
own "$made"
vb setextradata "$made" sbx/base "$base" && finish "$made" "$id" "$owner" "$name"
`;

/** $4 machine, or wish of a half; $5 owner. The folder goes last, so that what is left of an interrupted removal is found. */
export const DESTROY = `${BEGIN}${LOCK}${PARTS}
mine=$1; known=$id
if (state) >/dev/null 2>&1; then
  state >/dev/null; name=$(name)
  case $name in $unfinished*) wish=\${name#sbx-}; owner=\${wish##*.}; wish=\${wish%.*};; *) extra "$id";; esac
  [ "$owner" = "$mine" ] && [ -n "$wish" ] || exit ${EXITS.foreign}
else
  wish=$id; known=$(named "$id.$mine")
  [ -n "$known" ] || [ -d "$root/$id.$mine" ] || exit ${EXITS.absent}
fi
vb list vms >"$t/all" || exit
while IFS= read -r line; do
  u=\${line##*{}; u=\${u%\\}}
  [ "$(vb getextradata "$u" sbx/base 2>/dev/null)" != "Value: $known" ] || exit ${EXITS.children}
done <"$t/all"
d=$root/$wish.$mine; mkdir -p -- "$d" || exit 1
locked "$wish"
[ -z "$known" ] || gone "$known" || exit 1
# What it hung on is of no use to anybody else. If it cannot go now, the folder stays and is found: the next removal tries again.
if [ -s "$d/base" ] && read -r on <"$d/base"; then
  (vb snapshot "$on" delete "sbx-$wish") >/dev/null 2>&1; s=$?
  case $s in 0|${EXITS.absent}) :;; *) rm -f -- "$d/uuid"; exit 0;; esac
fi
rm -rf -- "$d"
`;

/** $5 a pattern that owners have; the id is nothing. Each entry is four lines: its id or nothing, its wish, its owner, its name or nothing, then a NUL. */
export const LIST = `${BEGIN}
mine=$1
half() { printf '%s\\n%s\\n%s\\n\\n\\000' "$1" "\${2%.*}" "\${2##*.}"; }
vb list vms >"$t/all" || exit
while IFS= read -r line; do
  u=\${line##*{}; u=\${u%\\}}; name=\${line#\\"}; name=\${name%\\" {*}
  case $name in
    $unfinished$mine) half "$u" "\${name#sbx-}";;
    *) (extra "$u"; case $owner in $mine) printf '%s\\n%s\\n%s\\n%s\\n\\000' "$u" "$wish" "$owner" "$name";; esac) 2>/dev/null;;
  esac
done <"$t/all"
for d in "$root"/*.$mine; do [ ! -d "$d" ] || half '' "\${d##*/}"; done
`;
