#!/usr/bin/env bash
# deps.sh - install what is missing for a goal, with the ordinary package clients; nothing when nothing is.
#
#   tools/deps.sh build|check|fuzz
#
# build: compiler, meson, libraries (apt), DuckDB (Go module, go.sum + SHA256SUMS), the report's charts (npm, lock file).
# check: and clang-format.  fuzz: and clang with libFuzzer.
# Debian 12 pins the apt packages. Once everything is there this script asks no network and takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."
goal=${1:-build}

say() { echo "deps: $*" >&2; }
stop() {
    echo "deps: $*" >&2
    exit 1
}

# "test for it|package": a package is asked for only when its test fails, so other systems may bring their own.
wanted=(
    'command -v gcc|gcc'
    'command -v g++|g++'
    'command -v meson|meson'
    'command -v ninja|ninja-build'
    'command -v pkg-config|pkg-config'
    'command -v python3|python3'
    'test -e /usr/include/stdio.h|libc6-dev'
    'pkg-config --exists jansson|libjansson-dev'
    'pkg-config --exists openblas|libopenblas-dev'
    'pkg-config --exists lapacke|liblapacke-dev'
)
duckdb_ready() { [ -e .deps/duckdb/duckdb.h ] && cmp -s third_party/duckdb/SHA256SUMS .deps/duckdb.verified; }
charts_ready() {
    local dir=third_party/charts
    [ ! -e $dir/build.sh ] || { [ -s $dir/dist/charts.js ] && [ -s $dir/dist/stamp ] &&
        [ -z "$(find $dir/package-lock.json $dir/*.js $dir/*.mjs -newer $dir/dist/stamp)" ]; }
}
duckdb_ready || wanted+=('command -v go|golang-go')
charts_ready || wanted+=('command -v node|nodejs' 'command -v npm|npm')
case $goal in
build) ;;
check) wanted+=('command -v clang-format|clang-format') ;;
fuzz) wanted+=('command -v clang|clang' 'find /usr/lib/llvm-*/lib/clang -name "libclang_rt.fuzzer*" | grep -q .|libclang-rt-dev') ;;
*) stop "usage: tools/deps.sh build|check|fuzz" ;;
esac

missing=()
for line in "${wanted[@]}"; do
    eval "${line%|*}" >/dev/null 2>&1 || missing+=("${line##*|}")
done

if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || stop "missing: ${missing[*]} (install them with this system's package client)"
    [ "$(. /etc/os-release && echo "${ID:-}${VERSION_ID:-}")" = debian12 ] ||
        say "this is not Debian 12, for which the versions are known to work; going on"
    [ "$(id -u)" = 0 ] || stop "missing: ${missing[*]} - as root: apt-get install --no-install-recommends ${missing[*]}"
    say "apt-get install ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    { apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
        { tail -n 15 "$log" >&2; stop "apt-get failed (all of it: $log)"; }
    rm -f "$log"
fi

# DuckDB: the module's checksum is go.sum's business, each file's is SHA256SUMS'.
if ! duckdb_ready; then
    [ "$(uname -sm)" = "Linux x86_64" ] || stop "only the DuckDB archives for Linux x86_64 are pinned"
    work=$(mktemp -d)
    trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
    cp third_party/duckdb/go.mod third_party/duckdb/go.sum "$work/" # go may rewrite its files: not ours
    module=$(sed -n 's/^require //p' third_party/duckdb/go.mod)
    say "go mod download $module (50 MB)"
    (cd "$work" && GOFLAGS=-mod=mod GOTOOLCHAIN=local go mod download -json >"$work/module.json") ||
        { cat "$work/module.json" >&2; stop "could not fetch DuckDB: is the Go module proxy reachable?"; }
    dir=$(sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p' "$work/module.json")
    sum=$(sed -n 's/^[[:space:]]*"Sum": "\(.*\)",*$/\1/p' "$work/module.json")
    [ -n "$sum" ] && grep -qF " $sum" third_party/duckdb/go.sum ||
        stop "DuckDB's module has checksum '$sum', which is not in third_party/duckdb/go.sum"
    mkdir -p .deps
    rm -rf .deps/duckdb .deps/duckdb.part
    mkdir .deps/duckdb.part
    (cd "$dir" && sha256sum --quiet -c) <third_party/duckdb/SHA256SUMS ||
        stop "DuckDB's files differ from third_party/duckdb/SHA256SUMS"
    sed 's/^[0-9a-f]*  //' third_party/duckdb/SHA256SUMS | while read -r f; do
        cp --reflink=auto "$dir/$f" .deps/duckdb.part/
    done
    chmod -R u+w .deps/duckdb.part
    mv .deps/duckdb.part .deps/duckdb
    cp third_party/duckdb/SHA256SUMS .deps/duckdb.verified
    say "DuckDB is in .deps/duckdb, checksums verified"
fi

# The charts' own script knows by checksum whether there is anything to do.
if ! charts_ready; then
    sh third_party/charts/build.sh >&2
    touch third_party/charts/dist/stamp
fi
