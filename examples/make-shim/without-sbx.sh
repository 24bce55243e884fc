#!/bin/sh
# without-sbx.sh TARGET: what the targets of the Makefile beside this file did before there was sbx, with rsync and ssh.
# PROJECT, VM: as for make. BUILD_ROOT: where projects lie on the VM. SSH: the ssh to use.
set -eu
target=$1
PROJECT=${PROJECT:-.} VM=${VM:-haskell-build} BUILD_ROOT=${BUILD_ROOT:-/build} SSH=${SSH:-ssh}
case $VM in -*) echo "VM cannot be $VM" >&2; exit 2 ;; esac

# One word for the shell of the VM, whatever is in it.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

project() {
  root=$(cd -- "$PROJECT" && pwd -P)
  workspace=$BUILD_ROOT/$(basename -- "$root")
}

sync() {
  project
  # shellcheck disable=SC2029 # quoted for that side
  $SSH "$VM" "mkdir -p -- $(quoted "$workspace")"
  rsync -az --protect-args --delete --rsh="$SSH" --exclude=.git --exclude=dist-newstyle --exclude=.stack-work --exclude='*.o' --exclude='*.hi' \
    --exclude=/.sbx "$root/" "$VM:$workspace/"
}

# there [ssh flags] -- COMMAND: in the workspace, with GHCup's environment.
there() {
  command=$1
  shift
  # shellcheck disable=SC2029 # quoted for that side
  $SSH "$@" "$VM" "cd -- $(quoted "$workspace") && if [ -f \"\$HOME/.ghcup/env\" ]; then . \"\$HOME/.ghcup/env\"; fi; $command"
}

case $target in
  sync) sync ;;
  remote-build) sync; there 'cabal build all 2>&1' ;;
  remote-test) sync; there 'cabal test all 2>&1' ;;
  remote-ghci) sync; there 'cabal repl' -t ;;
  fetch-artifacts)
    project
    rsync -az --protect-args --rsh="$SSH" "$VM:$workspace/dist-newstyle/" "$root/dist-newstyle/"
    ;;
  vm-info)
    # shellcheck disable=SC2016 # HOME is that of the other side
    $SSH "$VM" 'uname -a; if [ -f "$HOME/.ghcup/env" ]; then . "$HOME/.ghcup/env"; fi; ghc --version; cabal --version'
    ;;
  bridge-status)
    port=12221
    while [ "$port" -le 12230 ]; do
      if timeout 2 bash -c "</dev/tcp/localhost/$port" 2>/dev/null; then echo "$port: a tunnel"; else echo "$port: no tunnel"; fi
      port=$((port + 1))
    done
    ;;
  *)
    echo "$target needs sbx" >&2
    exit 2
    ;;
esac
