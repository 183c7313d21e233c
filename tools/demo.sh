#!/usr/bin/env bash
# The demo: raw SNDS files to a drug-safety report. Run by `make demo`; HUNE is the program, SEED another world.
set -eu
cd "$(dirname "$0")/.."
HUNE=${HUNE:-build/hune}
SEED=${SEED:-1}
PERSONS=${PERSONS:-500000}
DIR=${DEMO_DIR:-demo}
SCALE=20
FROM=2008-01-01
TO=2013-12-31
# Dirt that ingestion undoes. What hides exposure (instay, otc, and the months without claims of regime) biases the
# screen: docs/screen.md has the figures.
DIRT=cancel,late,info,duplicates,returns,grouper,identity,death
# Antidiabetics, the fall-related classes, and ten further classes that add few lines.
DRUGS=A10,N05A,N05B,N05C,N06A,H02A,J01C,J01E,J01F,J01M,M01A,M04A,M05B,N02A,N02C
KNOWN=A10BG03:BLADCA,A10BG02:HF,N05CF02:HIP
started=$(date +%s)
say() { printf '\n== %s\n' "$*"; }

say "what this demo chose"
cat <<TEXT
population      $PERSONS treated diabetics (seed $SEED): they take the glitazones, and most are over 60, so that hip fractures
                under hypnotics are frequent enough as well; so many because the planted effect of pioglitazone is weak
years           $FROM to $TO: rosiglitazone left the market in November 2010, pioglitazone in June 2011
rate scale      $SCALE: rare outcomes up to $SCALE times as frequent, but none beyond 1 % a year; effect sizes are the planted ones
truth           all effects of truth.csv on the simulated drugs; biases off; other care off; dirt of the raw tables: $DIRT
drugs           $DRUGS
TEXT

say "simulate raw SNDS tables -> $DIR/raw"
mkdir -p "$DIR"
"$HUNE" simulate -o "$DIR/raw" --persons "$PERSONS" --seed "$SEED" --population diabetes --rate-scale "$SCALE" \
    --from "$FROM" --to "$TO" --truth all --bias none --care none --dirt "$DIRT" --drugs "$DRUGS"
du -sh "$DIR/raw" | cut -f1 | sed 's/^/raw files: /'

say "ingest -> $DIR/store"
"$HUNE" ingest "$DIR/raw" -o "$DIR/store" --source snds --memory 1GB

say "screen every drug against every outcome -> $DIR/results"
"$HUNE" screen "$DIR/store" -o "$DIR/results" --drugs ATC5 --outcomes codes/simulate/sim_outcomes.csv --csv --top 10

say "report"
"$HUNE" report "$DIR/results" -o "$DIR/report.html"

say "against the planted truth"
"$HUNE" score "$DIR/results" --truth "$DIR/raw/sim_truth" --show "$KNOWN"

say "done in $(( $(date +%s) - started )) s"
echo "open $DIR/report.html in a browser (it needs no network)"
