# What a user sees who asks for help. Every command, so a new one is covered the day it lands.
set -eu
. "$ROOT/tests/lib.sh"

must --help
expect_out_has "usage: hune COMMAND"
expect_err_lines 0
commands=$(awk '/^  [a-z]/ && $1 != "hune" {print $1}' "$TMP/out")
ok "hune --help goes to stdout, exit 0"

must --version
expect_equal "$(cat "$TMP/out")" "hune $(sed -n "s/^project('hune', 'c', version: '\([^']*\)'.*/\1/p" "$ROOT/meson.build")"
ok "hune --version"

for c in simulate ingest describe screen report sccs; do
    grep -qx "$c" <<<"$commands" || die "hune --help does not list $c"
done
ok "hune --help lists the six commands"

for c in $commands; do
    must "$c" --help
    expect_out_has "usage: hune $c"
    expect_out_has "--help"
    expect_out_has "example"
    expect_err_lines 0
    # Every line fits a terminal.
    awk -v c="$c" 'length($0) > 110 {print "too wide in " c ": " $0; bad = 1} END {exit bad}' "$TMP/out" >&2 || die "help is too wide"
    ok "hune $c --help"
done
