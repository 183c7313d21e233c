#!/usr/bin/env bash
# Time of a screen on a store: pairs per second of the pass over the store, median of RUNS runs.
#   bench/screen.sh [STORE [OUTCOMES.csv]]     without a store, the demo's
set -eu
STORE=${1:-demo/store}
[ -e "$STORE/store.json" ] || { echo "bench/screen.sh: no store '$STORE': run make demo first" >&2; exit 2; }
OUTCOMES=${2:-codes/simulate/sim_outcomes.csv}
HUNE=${HUNE:-build/hune}
RUNS=${RUNS:-3}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for i in $(seq "$RUNS"); do
    "$HUNE" screen "$STORE" -o "$out/r" --outcomes "$OUTCOMES" --json --quiet >"$out/$i.json"
done
python3 - "$out" "$RUNS" <<'P'
import json, statistics as st, sys
runs = [json.load(open(f'{sys.argv[1]}/{i}.json')) for i in range(1, int(sys.argv[2]) + 1)]
s = [sum(r['seconds'].values()) for r in runs]
p = [r['pairs'] / r['seconds']['pairs'] for r in runs]
r = runs[0]
print(f"persons {r['persons']}  cases {r['cases']}  pairs {r['pairs']}  runs {len(runs)}")
print(f"whole screen: median {st.median(s):.2f} s (min {min(s):.2f}, max {max(s):.2f})")
print(f"pairs per second of the profile pass: median {st.median(p):.0f}")
P
