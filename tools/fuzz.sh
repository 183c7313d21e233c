#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...] - libFuzzer on every target of fuzz/, one after the other, sanitizers on.
# What it finds stays in build-fuzz/found/; add it to tests/data/fuzz/TARGET with the repair.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
tools/deps.sh build
tools/deps.sh fuzz
CC=clang tools/build.sh build-fuzz -Dwerror=false -Db_sanitize=address,undefined -Db_lundef=false \
    -Dc_args=-fsanitize=fuzzer-no-link -Ddefault_library=static -- fuzz-replay
[ $# -gt 0 ] || set -- $(ls fuzz/fuzz_*.c | sed 's#.*/fuzz_##; s#\.c$##')
passed=0 failed=0
for target in "$@"; do
    mkdir -p build-fuzz/corpus/"$target" build-fuzz/found
    echo "fuzz: $target, $seconds s"
    if UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 build-fuzz/tests/fuzz_"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix=build-fuzz/found/"$target"- build-fuzz/corpus/"$target" tests/data/fuzz/"$target" \
        >build-fuzz/"$target".log 2>&1; then
        passed=$((passed + 1))
        grep -E 'number_of_executed_units|cov:' build-fuzz/"$target".log | tail -n 2
    else
        failed=$((failed + 1))
        tail -n 40 build-fuzz/"$target".log
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
