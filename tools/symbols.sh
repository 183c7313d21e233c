#!/usr/bin/env bash
# symbols.sh LIBHUNE.so - the library exports hune_* and nothing else, and every function its headers declare.
set -euo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
have=$(nm -D --defined-only "$1" | awk '{print $3}' | sed 's/@.*//' | sort -u)
other=$(echo "$have" | grep -v -e '^hune_' -e '^HUNE_[0-9]*$' || true)
if [ -z "$other" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "exported, but not hune_*:" $other; fi
# A declaration: HUNE_API type hune_name(
for name in $(tr '\n' ' ' <<<"$(cat include/hune/*.h)" | grep -oE 'HUNE_API [^;(]*\bhune_[a-z0-9_]+\(' | grep -oE 'hune_[a-z0-9_]+\($' | tr -d '(' | sort -u); do
    if grep -qx "$name" <<<"$have"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "declared in include/hune, not exported: $name"; fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
