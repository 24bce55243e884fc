/**
 * Programs in POSIX sh around VBoxManage. $1 is VBoxManage, $2 the folder for what sbx keeps of machines (empty: the usual one), $3 how often
 * a lock is waited for, $4 the id of a machine; then what each says. VirtualBox gives a machine its id when it is made, so before that it has
 * the id of its wish: a folder `WISH.OWNER`, and in VirtualBox the name `sbx-WISH.OWNER` until it is whole, then its own name.
 */

/** How a program ends when the machine is not as it must be. */
export const EXITS = { absent: 44, foreign: 45, running: 46, half: 47, off: 48, children: 49, taken: 50, unfit: 51, busy: 75 } as const;

/** A tenth of a second each: VirtualBox holds a machine for a while after it went off. */
export const LOCK_TRIES = 600;

/**
 * `vb` runs VBoxManage: an exit of 0 is no success where it says \`error:\`, and one of 1 is none where a machine was started. What it says
 * goes where it belongs, without CR. It waits for locks; a machine that is not known ends the program.
 */
export const BEGIN = `
umask 077; export LC_ALL=C LANG=C
tool=$1; root=\${2:-\${XDG_STATE_HOME:-$HOME/.local/state}/sbx/virtualbox}; tries=$3; id=$4; shift 4
command -v "$tool" >/dev/null || exit ${EXITS.unfit}
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
waited() { :; }
vb() {
  k=0
  while :; do
    "$tool" "$@" >"$t/out" 2>"$t/err" </dev/null; s=$?
    e=; [ ! -s "$t/err" ] || e=$(tr -d '\\r' <"$t/err")
    case $e in *error:*) s=1;; esac
    [ $s -eq 0 ] || ! grep -q 'successfully started' "$t/out" || s=0
    case $s$e in
      0*) break;;
      *VBOX_E_INVALID_OBJECT_STATE*|*'already locked for a session'*|*'lock request pending'*|*'while it is locked'*) :;;
      *VBOX_E_OBJECT_NOT_FOUND*|*'Could not find a registered machine'*) exit ${EXITS.absent};;
      *) break;;
    esac
    k=$((k+1)); [ $k -lt "$tries" ] || exit ${EXITS.busy}
    sleep 0.1; waited
  done
  tr -d '\\r' <"$t/out"
  [ $s -eq 0 ] || printf '%s\\n' "$e" >&2
  return $s
}
state() { vb showvminfo "$id" --machinereadable >"$t/info" || exit; sed -n 's/^VMState="\\(.*\\)"$/\\1/p' "$t/info"; }
extra() { vb getextradata "$1" enumerate >"$t/extra" || exit; wish=$(value wish); owner=$(value owner); }
value() { sed -n "s#^Key: sbx/$1, Value: ##p" "$t/extra"; }
home() { extra "$id"; [ -n "$wish" ] || exit ${EXITS.foreign}; d=$root/$wish.$owner; mkdir -p -- "$d" || exit 1; }
off() { now=$(state) || exit; case $now in poweroff|aborted|saved|aborted-saved) :;; *) exit ${EXITS.running};; esac; }
name() { sed -n 's/^name="\\(.*\\)"$/\\1/p' "$t/info"; }
unfinished=sbx-????????-????-????-????-????????????.
whole() { case $(name) in $unfinished*) exit ${EXITS.half};; esac; }
free() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'; }
named() { vb list vms >"$t/vms" || exit; sed -n "s/^\\"sbx-$1\\" {\\(.*\\)}$/\\1/p" "$t/vms"; }
`;

/** One at a time makes or removes what a wish names. Whoever died is not waited for: its process is gone, or has other words. */
export const LOCK = `
locked() {
  until ln -s "$$" "$d/lock" 2>/dev/null; do
    p=$(readlink "$d/lock") || exit ${EXITS.busy}
    case $(ps -p "$p" -o args= 2>/dev/null) in *"$1"*) exit ${EXITS.busy};; esac
    rm -f -- "$d/lock"
  done
  trap 'rm -rf "$t" "$d/lock"' EXIT
}
`;

export const PROBE = `${BEGIN}
vb --version || exit; command -v xorriso >/dev/null && echo 'has xorriso'
:
`;

/** What VirtualBox says of it. */
export const STATE = `${BEGIN}state >/dev/null; cat "$t/info"`;

/** The same, and the forwards that find their port when it starts; of one that is whole. */
export const INFO = `${BEGIN}state >/dev/null; whole
vb getextradata "$id" sbx/forwards >"$t/any" || exit
cat "$t/info"; sed -n 's/^Value: /sbxForwards=/p' "$t/any"
`;

/** Its notes: of each its name and its word. */
export const NOTES = `${BEGIN}state >/dev/null; whole; extra "$id"; sed -n 's#^Key: sbx/note/\\([a-z0-9-]*\\), Value: #\\1 #p' "$t/extra"`;

/** $4 name of a note, $5 its word, or nothing to take it away. */
export const NOTE = `${BEGIN}state >/dev/null; whole; vb setextradata "$id" "sbx/note/$1" \${2:+"$2"}`;

/** $4 forwards that find their port at a start, then the words of modifyvm. */
export const CONFIGURE = `${BEGIN}off; whole
any=$1; shift
vb modifyvm "$id" "$@" && vb setextradata "$id" sbx/forwards "$any"
`;

/** Forwards without a port of their own get one that is free now. Who waits for a lock may see that somebody else has started it. */
export const START = `${BEGIN}${LOCK}
now=$(state) || exit
whole
case $now in
  running|starting|restoring) exit 0;;
  paused) vb controlvm "$id" resume >/dev/null; exit;;
esac
home; locked "$wish"
waited() { case $(waited() { :; }; state) in running|starting|restoring) exit 0;; esac; }
vb getextradata "$id" sbx/forwards >"$t/any" || exit
for guest in $(case $now in saved|aborted-saved) :;; *) sed -n 's/^Value: //p' "$t/any";; esac); do
  ! grep -q "^Forwarding([0-9]*)=.sbx-any-$guest," "$t/info" || vb modifyvm "$id" --natpf1 delete "sbx-any-$guest" || exit 1
  vb modifyvm "$id" --natpf1 "sbx-any-$guest,tcp,127.0.0.1,$(free),,$guest" || exit 1
done
vb startvm "$id" --type headless >/dev/null
`;

/** $4 what controlvm is told. Off already: done. */
export const CONTROL = `${BEGIN}
now=$(state) || exit
case $now in
  running|paused|starting|stopping|saving|restoring|gurumeditation|stuck) vb controlvm "$id" "$1" >/dev/null;;
esac
`;

/** $4 tenths of a second. Off is not enough: what runs a machine lets go of it a while later. */
export const WAIT_OFF = `${BEGIN}
i=0
until now=$(state) || exit; case $now in poweroff|aborted|saved|aborted-saved) true;; *) false;; esac; do
  [ $i -lt "$1" ] || { echo no; exit 0; }
  i=$((i+2)); sleep 0.2
done
vb modifyvm "$id" --memory "$(sed -n 's/^memory=//p' "$t/info")" && echo yes
`;

export const BRIDGES = `${BEGIN}vb list bridgedifs`;

/** The address that the guest says it has, by Guest Additions. */
export const ADDRESS = `${BEGIN}vb guestproperty get "$id" /VirtualBox/GuestInfo/Net/0/V4/IP`;

/** $4 take, $5 name. */
export const SNAPSHOT = `${BEGIN}state >/dev/null; whole; vb snapshot "$id" "$1" "$2" >/dev/null`;

/** $4 name. What ran is started from it. */
export const RESTORE = `${BEGIN}
now=$(state) || exit
whole
case $now in
  poweroff|aborted|saved|aborted-saved) vb snapshot "$id" restore "$1" >/dev/null; exit;;
esac
vb controlvm "$id" poweroff >/dev/null && vb snapshot "$id" restore "$1" >/dev/null && vb startvm "$id" --type headless >/dev/null
`;

/** $4 controller, $5 port, $6 device, $7 its ports if one must be added. User data and meta data in base64, each a line, by standard input. */
export const SEED_DISK = `${BEGIN}off; whole; home
rm -rf "$d/seed"; mkdir "$d/seed" || exit 1
for file in user-data meta-data; do IFS= read -r line && printf %s "$line" | base64 -d >"$d/seed/$file" || exit 1; done
rm -f "$d/seed.iso"; xorriso -as mkisofs -quiet -volid cidata -joliet -rock -o "$d/seed.iso" "$d/seed"; s=$?
rm -rf "$d/seed"; [ $s -eq 0 ] || exit 1
[ -z "$4" ] || vb storagectl "$id" --name "$1" --portcount "$4" || exit 1
vb storageattach "$id" --storagectl "$1" --port "$2" --device "$3" --type dvddrive --medium "$d/seed.iso"
`;

/** $4 name of the folder, then names of files; their contents in base64, each a line, by standard input. */
export const SEED_FOLDER = `${BEGIN}off; whole; home
name=$1; shift
rm -rf "$d/share-$name"; mkdir "$d/share-$name" || exit 1
for file do IFS= read -r line && printf %s "$line" | base64 -d >"$d/share-$name/$file" || exit 1; done
vb sharedfolder add "$id" --name "$name" --hostpath "$d/share-$name" --readonly --automount
`;

/**
 * $4 controller, $5 port and $6 device of its seed disk, or nothing thrice; then names of its folders. While it runs VirtualBox lets no folder
 * go: what is in it goes, and the folder the next time.
 */
export const UNSEED = `${BEGIN}
now=$(state) || exit
whole; home
[ -z "$1" ] || vb storageattach "$id" --storagectl "$1" --port "$2" --device "$3" --type dvddrive --medium emptydrive || exit 1
shift 3
rm -rf "$d"/seed "$d"/seed.iso "$d"/share-*/*
case $now in poweroff|aborted|saved|aborted-saved)
  for name do vb sharedfolder remove "$id" --name "$name" || exit 1; done
  rm -rf "$d"/share-*;;
esac
`;

export const DIAGNOSTICS = `${BEGIN}state >/dev/null; home
tail -n 40 "$d/serial.log" 2>/dev/null | tail -c 8192; printf '\\000'
vb showvminfo "$id" --log 0 2>/dev/null | tail -n 10
:
`;
