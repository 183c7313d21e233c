#!/usr/bin/env bash
# Rows and bytes per second of the simulator, median of RUNS runs; as in the demo, and on one thread.
#   bench/simulate.sh [PERSONS]
set -eu
HUNE=${HUNE:-build/hune}
PERSONS=${1:-40000}
RUNS=${RUNS:-3}
out=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap 'rm -rf "$out"' EXIT
printf 'threads\tpersons\tseconds\tdrug_lines_per_s\traw_rows_per_s\tMB_per_s\tpeak_MB\n'
for threads in 1 "$(nproc)"; do
    for i in $(seq "$RUNS"); do
        /usr/bin/env time -f '%e %M' -o "$out/time" "$HUNE" simulate -o "$out/raw" --persons "$PERSONS" --seed "$i" \
            --population diabetes --rate-scale 20 --dirt all --threads "$threads" --quiet >"$out/sum" 2>"$out/err"
        awk -v t="$(cat "$out/time")" '/^drug lines/ {d = $3} /^raw rows/ {r = $3} /^CSV bytes/ {b = $3}
            END {split(t, x, " "); printf "%s %.0f %.0f %.1f %.0f\n", x[1], d / x[1], r / x[1], b / 1e6 / x[1], x[2] / 1024}' "$out/sum"
        rm -rf "$out/raw"
    done | sort -n | sed -n "$(((RUNS + 1) / 2))p" | while read -r s d r m p; do
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$threads" "$PERSONS" "$s" "$d" "$r" "$m" "$p"
    done
done
