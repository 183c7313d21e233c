# Helpers of the command-line tests (see tests/README.md). Sourced, with set -eu on.
status=0

die() {
    echo "FAILED: $*" >&2
    if [ -e "$TMP/err" ]; then echo "--- last command: hune ${last:-}, exit $status, stderr:" >&2; tail -n 20 "$TMP/err" >&2; fi
    exit 1
}

ok() { echo "ok: $*"; }
skip() { echo "skip: $*"; exit 77; }

# Run hune; never ends the script. Leaves $status, $TMP/out, $TMP/err.
run() {
    last="$*"
    status=0
    "$HUNE" "$@" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
    if grep -q -e 'ERROR: AddressSanitizer' -e 'runtime error:' -e 'LeakSanitizer: detected' "$TMP/err"; then
        die "the sanitizers found something"
    fi
}

must() { run "$@"; expect_status 0; }

expect_status() { [ "$status" = "$1" ] || die "exit $status, wanted $1"; }
expect_out_has() { grep -qF -- "$1" "$TMP/out" || die "stdout lacks: $1"; }
expect_out_lacks() { ! grep -qF -- "$1" "$TMP/out" || die "stdout has: $1"; }
expect_err_has() { grep -qF -- "$1" "$TMP/err" || die "stderr lacks: $1"; }
expect_err_lines() { [ "$(wc -l <"$TMP/err")" = "$1" ] || die "stderr has $(wc -l <"$TMP/err") lines, wanted $1"; }
expect_file() { [ -s "$1" ] || die "no file (or an empty one): $1"; }
expect_absent() { [ ! -e "$1" ] || die "should not be there: $1"; }
expect_same() { diff -rq "$1" "$2" >&2 || die "$1 and $2 differ"; }
expect_lines() { [ "$(wc -l <"$2")" = "$1" ] || die "$2 has $(wc -l <"$2") lines, wanted $1"; }
expect_equal() { [ "$1" = "$2" ] || die "got '$1', wanted '$2'"; }

# json FILE EXPR: print a Python expression on d, the parsed file.
json() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }
