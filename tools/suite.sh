#!/usr/bin/env bash
# suite.sh - run one suite unless what it depends on is what it was when it last passed.
#
#   tools/suite.sh STAMPS NAME "FILE..." COMMAND...
#
# The suite's last line must read `N passed, N failed[, N skipped]`. It is kept in STAMPS/NAME.count for the sum; the key of
# a suite that passed in STAMPS/NAME.key; what it printed in STAMPS/NAME.log. Folders among the files count with all they hold.
set -u
stamps=$1 name=$2 files=$3
shift 3
base=$stamps/$name
key=$({
    echo "$* ${SHARED:-}"
    # shellcheck disable=SC2086
    find -L $files -type f -printf '%p %s %T@\n' 2>&1 | LC_ALL=C sort
} | sha256sum)
if [ -e "$base.count" ] && [ "$(cat "$base.key" 2>/dev/null)" = "$key" ]; then
    exit 0
fi
rm -f "$base.key" "$base.count"
started=$(date +%s)
code=0
"$@" >"$base.log" 2>&1 </dev/null || code=$?
line=$(tail -n 1 "$base.log" | grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$')
took=$(($(date +%s) - started))
case $line in
*' 0 failed'*)
    if [ $code = 0 ]; then
        echo "$line" >"$base.count"
        echo "$key" >"$base.key"
        echo "  $name: $line ($took s)"
        grep -E '^skipped|: skip' "$base.log" | sort -u | sed 's/^/    /'
        exit 0
    fi
    ;;
esac
# A program that died counts what it counted, and one more.
passed=${line%% passed*} failed=${line#*, }
failed=${failed%% failed*}
[ -n "$line" ] || passed=0 failed=0
[ "$failed" != 0 ] || failed=1
echo "$passed passed, $failed failed" >"$base.count"
{
    echo "FAILED $name (exit $code, $took s):"
    tail -n 60 "$base.log" | sed 's/^/    /'
} >&2
exit 0
