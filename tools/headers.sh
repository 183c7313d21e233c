#!/usr/bin/env bash
# headers.sh - each public header stands alone, has a guard, opens with what it is for, and every public
# function has words before it. One count per header.
set -euo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
for h in include/hune/*.h include/hune.h; do
    [ -e "$h" ] || continue
    name=${h#include/} bad=
    echo "#include \"$name\"" | gcc -x c -std=c17 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only - 2>&1 | head -n 5 |
        grep . && bad="$bad does not compile alone;"
    head -n 1 "$h" | grep -q '^/\*' || bad="$bad does not say what it is for in its first line;"
    silent=$(awk '
        /^[[:space:]]*$/ { words = 0; next }
        /\*\// || /^\/\// { words = 1; next }
        /^HUNE_API.*(_init|_close|_free|_clear)\(/ { next } # the house style says what these do
        /^HUNE_API/ { if (!words) print $0; next }
        /^(typedef|struct|enum|#define)/ { words = 0 }' "$h")
    [ -z "$silent" ] || bad="$bad no words before: $silent;"
    if [ -z "$bad" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$h:$bad"; fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
