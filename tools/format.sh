#!/usr/bin/env bash
# format.sh - every tracked C file is as clang-format would leave it, and short enough. One count per file.
set -euo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for f in $(git ls-files '*.c' '*.h' | grep -v '^third_party/'); do
    [ -e "$f" ] || continue
    if ! clang-format --dry-run -Werror "$f" 2>"$log"; then
        echo "$f: $(grep -c 'error:' "$log") places differ from clang-format (make format)"
        failed=$((failed + 1))
    elif [ "$(wc -l <"$f")" -gt 1000 ]; then
        echo "$f: more than 1000 lines"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
