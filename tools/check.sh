#!/usr/bin/env bash
# check.sh - everything that must hold; ends with `N passed, N failed`. See tests/README.md.
#
#   tools/check.sh [PART-OF-A-SUITE'S-NAME]     only the suites with that in their name, e.g. `tools/check.sh unit-t_base`
set -euo pipefail
cd "$(dirname "$0")/.."
only=${1:-}
export LC_ALL=C.UTF-8 OPENBLAS_NUM_THREADS=1
jobs=$(nproc)
say() { echo "check: $*" >&2; }

if [ -z "${SHARED+x}" ]; then
    [ -d ../shared/reference ] && SHARED=$(cd ../shared && pwd) || SHARED=
    export SHARED
fi
[ -n "$SHARED" ] || say "no shared folder beside this one: the tests that read it are skipped"

tools/deps.sh check
started=$(date +%s)
say "building (warnings are errors)"
tools/build.sh build -- all unit
# Sanitizers make gcc guess wrongly about null format arguments; the build above has the last word on warnings.
say "building for address and undefined-behaviour sanitizers"
tools/build.sh build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dwerror=false -- all unit fuzz-replay
say "built in $(($(date +%s) - started)) s"

stamps=build/check
mkdir -p $stamps
rm -f $stamps/*.count.now
list=$stamps/suites
: >$list
suite() { # NAME "FILES" COMMAND...: one line per suite, NUL between words would not survive xargs -L
    [ -z "$only" ] || [[ $1 == *"$only"* ]] || return 0
    echo "$1" >>$list
    local name=$1 files=$2
    shift 2
    printf '%q ' tools/suite.sh $stamps "$name" "$files" "$@" >$stamps/"$name".cmd
}

sources='src include tools meson.build Makefile fuzz tests .clang-format'
suite rooms "$sources" tools/rooms.py
suite banned "$sources" tools/banned.py
suite symbols 'build/libhune.so include tools/symbols.sh' tools/symbols.sh build/libhune.so
suite format "$sources" tools/format.sh
suite headers "$sources" tools/headers.sh
# ASan cannot see into DuckDB's archives; nothing of it needs to be told to look away but the list of tests/lsan.supp.
san=(env "ASAN_OPTIONS=exitcode=99:detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:exitcode=99"
    "LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0" SANITIZED=1 CLI_TIMEOUT=1200)
for t in tests/unit/t_*.c; do
    [ -e "$t" ] || continue
    n=$(basename "$t" .c)
    suite "unit-$n" "build/tests/$n tests/data codes sql" build/tests/"$n"
    suite "unit-$n-sanitized" "build-asan/tests/$n tests/data tests/lsan.supp" "${san[@]}" build-asan/tests/"$n"
done
for t in tests/cli/*.sh; do
    [ -e "$t" ] || continue
    n=$(basename "$t" .sh)
    common="$t tests/lib.sh tests/run-cli.sh tests/data"
    suite "cli-$n" "build/hune $common" tests/run-cli.sh build/hune "$t"
    suite "cli-$n-sanitized" "build-asan/hune $common tests/lsan.supp" "${san[@]}" tests/run-cli.sh build-asan/hune "$t"
done
for t in fuzz/fuzz_*.c; do
    [ -e "$t" ] || continue
    n=$(basename "$t" .c)
    suite "fuzz-${n#fuzz_}" "build-asan/tests/$n tests/data/fuzz/${n#fuzz_}" "${san[@]}" build-asan/tests/"$n" tests/data/fuzz/"${n#fuzz_}"
done

[ -s $list ] || { say "no suite has '$only' in its name"; exit 1; }
say "running $(wc -l <$list) suites on $jobs cores (those that passed and depend on nothing that changed are not run again)"
# The slow ones first, so that the cores end together.
{ grep sanitized $list || true; grep -v sanitized $list || true; } |
    xargs -P "$jobs" -I{} bash $stamps/{}.cmd

passed=0 failed=0 skipped=0
while read -r name; do
    read -r p _ f _ s _ <"$stamps/$name.count"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
    [ "$f" = 0 ] || say "failed: $name (what it printed: $stamps/$name.log)"
done <$list
[ $skipped = 0 ] || say "$skipped skipped"
say "$(wc -l <$list) suites in $(($(date +%s) - started)) s"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
