#!/usr/bin/env bash
# Run command-line test scripts against one hune; ends with `N passed, N failed`.
#   tests/run-cli.sh HUNE SCRIPT...
set -u
hune=$(realpath "$1") || exit 2
shift
root=$(cd "$(dirname "$0")/.." && pwd)
shared=${SHARED-$root/../shared}
[ -d "$shared/reference" ] && shared=$(cd "$shared" && pwd) || shared=
passed=0 failed=0 skipped=0
for script in "$@"; do
    script=$(realpath "$script")
    tmp=$(mktemp -d)
    log=$(mktemp)
    (cd "$tmp" && HUNE=$hune TMP=$tmp ROOT=$root SHARED=$shared SANITIZED=${SANITIZED:-} \
        timeout "${CLI_TIMEOUT:-600}" bash "$script" </dev/null >"$log" 2>&1)
    code=$?
    count=$(grep -c '^ok: ' "$log")
    passed=$((passed + count))
    if [ $code = 77 ]; then
        skipped=$((skipped + 1))
        echo "$(basename "$script"): $(grep '^skip: ' "$log" | tail -n 1)"
    elif [ $code != 0 ] || [ "$count" = 0 ]; then
        failed=$((failed + 1))
        echo "FAILED $script (exit $code; a script must print at least one ok line)"
        tail -n 40 "$log" | sed 's/^/    /'
    fi
    chmod -R u+rwx "$tmp" 2>/dev/null
    rm -rf "$tmp" "$log"
done
line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed = 0 ]
