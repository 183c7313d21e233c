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

log=$dir.setup.log
if [ ! -e "$dir/build.ninja" ]; then
    meson setup "$dir" "${options[@]}" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    rm -f "$log"
fi
# A unit test that came or went since meson last looked.
if ! ls tests/unit/t_*.c 2>/dev/null | cmp -s - "$dir/unit.list"; then
    [ ! -e "$dir/unit.list" ] || meson setup --reconfigure "$dir" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
    rm -f "$log"
    ls tests/unit/t_*.c >"$dir/unit.list" 2>/dev/null || true
fi
# Quiet unless it fails: only the compiler's words are wanted then.
ninja -C "$dir" "$@" >"$dir/ninja.log" 2>&1 || { grep -v '^\[[0-9/]*\] \|^ninja: Entering' "$dir/ninja.log" >&2; exit 1; }
