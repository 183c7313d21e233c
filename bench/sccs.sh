#!/usr/bin/env bash
# sccs.sh - what the model room costs: the 48 standard models end to end (process start, CSV, fit), and a case series of
# 10,000 invented events through the same door. Median of three, seconds. Usage: bench/sccs.sh [build/hune]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
hune=$(realpath "${1:-$root/build/hune}")
shared=${SHARED:-$root/../shared}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

median() { # three runs of a function
    for _ in 1 2 3; do
        local from to
        from=$(date +%s%N)
        "$@" >/dev/null
        to=$(date +%s%N)
        echo $(((to - from) / 1000000))
    done | sort -n | sed -n 2p | awk '{printf "%.3f\n", $1 / 1000}'
}

if [ -e "$shared/reference/sccs/specs.json" ]; then
    python3 - "$shared" >models.txt <<'PY'
import json, re, sys
for s in json.load(open(sys.argv[1] + '/reference/sccs/specs.json')):
    if s['method'] == 'standardsccs':
        print(s['id'], re.search(r'[a-z]+dat\b', s['data']).group(0))
PY
    all() { while read -r id table; do
        "$hune" sccs "$shared/data/sccs/$table.csv" --spec "$shared/reference/sccs/specs.json" --id "$id" --json
    done <models.txt; }
    one() { "$hune" sccs "$shared/data/sccs/apdat.csv" --spec "$shared/reference/sccs/specs.json" --id ap_01_main --json; }
    printf 'reference_models\t%s\tseconds for %s commands\n' "$(median all)" "$(wc -l <models.txt)"
    printf 'largest_of_them\t%s\tseconds (apdat: 72,632 intervals)\n' "$(median one)"
fi

awk 'BEGIN {
    srand(7); print "case,sta,end,event,drug"
    for (i = 1; i <= 10000; i++) { d = 30 + int(rand() * 300); print i ",1,365," 1 + int(rand() * 365) "," d }
}' >big.csv
big() { "$hune" sccs big.csv --person case --start sta --end end --event event --exposure drug --risk 0-13,14-27,28-41 \
    --age 31,61,91,121,151,181,211,241,271,301,331 --json; }
printf 'events_10000\t%s\tseconds\n' "$(median big)"
