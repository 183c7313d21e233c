# Usage errors: stderr, exit 2, the wrong word named, nothing on stdout.
set -eu
. "$ROOT/tests/lib.sh"

usage_error() { # WORDS-IN-STDERR ARGS...
    local words=$1
    shift
    run "$@"
    expect_status 2
    expect_err_has "$words"
    [ ! -s "$TMP/out" ] || die "a usage error wrote to stdout"
}

usage_error "usage: hune COMMAND"
ok "no command: exit 2 and the usage"
usage_error "ingets" ingets
expect_err_has "ingest"
ok "an unknown command is named, and the nearest one"
run --help
commands=$(awk '/^  [a-z]/ && $1 != "hune" {print $1}' "$TMP/out")
for c in $commands; do
    usage_error "--thraeds" "$c" --thraeds 2
    expect_err_has "--threads"
    ok "$c: an unknown option is named, and the nearest one"
    usage_error "--threads" "$c" --threads
    ok "$c: an option without its value"
    operand=x
    [ "$c" != simulate ] || operand=
    # shellcheck disable=SC2086
    usage_error "many" "$c" $operand --threads many
    ok "$c: a number that is none"
    usage_error "hune $c" "$c" a b c d e f
    ok "$c: too many arguments"
done
for c in ingest describe screen report sccs; do
    usage_error "hune $c" "$c"
    ok "$c: too few arguments"
done
