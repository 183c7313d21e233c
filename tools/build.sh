#!/usr/bin/env bash
# build.sh - configure once, then let ninja build what changed.
#
#   tools/build.sh FOLDER [-DMESON=OPTION...] [-- NINJA_TARGET...]      FOLDER/hune is the program
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1
shift
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1") && shift; done
[ $# -eq 0 ] || shift

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ! -e "$dir/build.ninja" ]; then
    meson setup "$dir" "${options[@]}" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
fi
# A test or fuzz target that came or went since meson last looked.
programs() { ls tests/unit/t_*.c fuzz/fuzz_*.c 2>/dev/null || true; }
if ! programs | cmp -s - "$dir/unit.list"; then
    [ ! -e "$dir/unit.list" ] || meson setup --reconfigure "$dir" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    programs >"$dir/unit.list"
fi
# Quiet unless it fails: only the compiler's words are wanted then. On a terminal ninja shows how far it is.
if [ -t 1 ]; then
    ninja -C "$dir" "$@"
else
    ninja -C "$dir" -n "$@" | grep -q 'no work to do' || echo "build: compiling into $dir/" >&2
    ninja -C "$dir" "$@" >"$dir/ninja.log" 2>&1 || { grep -v '^\[[0-9/]*\] \|^ninja: Entering' "$dir/ninja.log" >&2; exit 1; }
fi
