#!/bin/sh
# haskell.sh: GHCup, two GHCs and Cabal for who runs it, without Stack and HLS. What is downloaded is pinned: GHCup by its sha256, and what it knows of
# compilers, their sha256 among it, by the address of its metadata. GHC_PRIMARY, GHC_SECONDARY, CABAL, GHCUP_VERSION, GHCUP_SHA256, GHCUP_METADATA.
set -eu

: "${GHC_PRIMARY:?}" "${GHC_SECONDARY:?}" "${CABAL:?}" "${GHCUP_VERSION:?}" "${GHCUP_SHA256:?}" "${GHCUP_METADATA:?}"
home=$HOME/.ghcup

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 5 --output "$stage/ghcup" \
  "https://downloads.haskell.org/~ghcup/$GHCUP_VERSION/x86_64-linux-ghcup-$GHCUP_VERSION"
if [ "$(sha256sum <"$stage/ghcup" | cut -c1-64)" != "$GHCUP_SHA256" ]; then
  echo "haskell.sh: GHCup $GHCUP_VERSION is not what was pinned" >&2
  exit 1
fi
mkdir -p "$home/bin"
install -m 755 "$stage/ghcup" "$home/bin/ghcup"

# Twice sourced, once in the way.
cat >"$home/env" <<'TEXT'
for folder in "$HOME/.cabal/bin" "$HOME/.ghcup/bin"; do
  case :$PATH: in
    *:"$folder":*) ;;
    *) PATH=$folder:$PATH ;;
  esac
done
unset folder
export PATH
TEXT

# Login shells read .profile. `ssh HOST COMMAND` reads .bashrc, whose first lines leave where nobody looks on: ours comes before them.
# shellcheck disable=SC2016 # expands where it is read
load='[ ! -f "$HOME/.ghcup/env" ] || . "$HOME/.ghcup/env"'
for file in "$HOME/.profile" "$HOME/.bashrc"; do
  touch "$file"
  grep -qF "$load" "$file" && continue
  { printf '%s\n' "$load"; cat "$file"; } >"$stage/rc"
  cat "$stage/rc" >"$file"
done
# shellcheck disable=SC1091 # written above
. "$home/env"

ghcup() {
  "$home/bin/ghcup" --url-source "$GHCUP_METADATA" "$@"
}
ghcup install ghc --set "$GHC_PRIMARY"
ghcup install ghc "$GHC_SECONDARY"
ghcup install cabal --set "$CABAL"
cabal update

# Each of them is what it should be and compiles what runs.
equals() {
  [ "$1" = "$2" ] || { echo "haskell.sh: $3 is $1, not $2" >&2; exit 1; }
}
equals "$(ghc --numeric-version)" "$GHC_PRIMARY" ghc
equals "$(cabal --numeric-version)" "$CABAL" cabal
echo 'main = putStrLn "built"' >"$stage/Main.hs"
for version in "$GHC_PRIMARY" "$GHC_SECONDARY"; do
  equals "$("ghc-$version" --numeric-version)" "$version" "ghc-$version"
  "ghc-$version" -v0 -outputdir "$stage/$version" -o "$stage/main-$version" "$stage/Main.hs"
  equals "$("$stage/main-$version")" built "the program by ghc-$version"
done

rm -rf "$home/cache" "$home/logs" "$home/tmp"
