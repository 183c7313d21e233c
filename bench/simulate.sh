#!/usr/bin/env bash
# Speed and memory of the simulator, median of RUNS runs (the last line: one run):
#   drug lines a second, to CSV and to Parquet, on one thread and on all; 20,000 persons as in continuous integration;
#   the cases of one outcome from CASES persons.
#   bench/simulate.sh [PERSONS [CASES]]
set -eu
HUNE=${HUNE:-build/hune}
PERSONS=${1:-40000}
CASES=${2:-67000000}
RUNS=${RUNS:-3}
out=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap 'rm -rf "$out"' EXIT
# bench NAME RUNS OPTIONS...: one line, the run of median time. The folder is written, then removed.
bench() {
    local name=$1 runs=$2 i
    shift 2
    for i in $(seq "$runs"); do
        /usr/bin/env time -f '%e %U %S %M' -o "$out/time" "$HUNE" simulate -o "$out/raw" --seed "$i" --quiet "$@" >"$out/sum" 2>"$out/err"
        awk -v t="$(cat "$out/time")" '/^persons/ {n = $2} /^drug lines/ {d = $3} /^raw rows/ {r = $3} /^CSV bytes/ {b = $3}
            END {split(t, x, " "); cpu = x[2] + x[3]
                printf "%s\t%.2f\t%d\t%d\t%.0f\t%.0f\t%.0f\t%.1f\t%.0f\n", x[1], cpu, n, d, d / x[1], d / cpu, r / x[1], b / 1e6 / x[1], x[4] / 1024}' "$out/sum"
        rm -rf "$out/raw"
    done | sort -n | sed -n "$(((runs + 1) / 2))p" | sed "s/^/$name\t/"
}
printf 'what\tseconds\tcpu_seconds\tpersons_written\tdrug_lines\tdrug_lines_per_s\tdrug_lines_per_cpu_s\traw_rows_per_s\tMB_per_s\tpeak_MB\n'
for threads in 1 "$(nproc)"; do
    for format in csv parquet; do
        bench "$format, $threads threads" "$RUNS" --persons "$PERSONS" --format $format --threads "$threads"
        bench "$format, $threads threads, all dirt and traps" "$RUNS" --persons "$PERSONS" --format $format --threads "$threads" --dirt all --bias all
    done
done
bench "20,000 persons" "$RUNS" --persons 20000
bench "cases of HIP from $CASES" 1 --mode cases --outcomes HIP --persons "$CASES" --format parquet
