#!/usr/bin/env bash
# The demo: raw SNDS files to a drug-safety report. Run by `make demo`; HUNE is the program, SEED another world.
set -eu
cd "$(dirname "$0")/.."
HUNE=${HUNE:-build/hune}
SEED=${SEED:-1}
PERSONS=${PERSONS:-200000}
DIR=${DEMO_DIR:-demo}
SCALE=20
# Antidiabetics, the fall-related classes, and classes with known effects or none: fewer lines than the whole pharmacy.
DRUGS=A10,N05,N06A,B01,C03,C07,C08,C09,C10,H02,J01,M01,M04,M05,N02AX,N02CC,S01
KNOWN=A10BG03:BLADCA,A10BG02:HF,N05CF02:HIP
started=$(date +%s)
say() { printf '\n== %s\n' "$*"; }

say "what this demo chose"
cat <<TEXT
population      $PERSONS treated diabetics (seed $SEED), 2009 to 2014: they take the glitazones, and most are over 60, so
                that hip fractures under hypnotics are frequent enough as well
rate scale      $SCALE: rare outcomes up to $SCALE times as frequent, but none beyond 1 % a year; effect sizes are the planted ones
truth           all effects of truth.csv on the simulated drugs; biases off; dirt of the raw tables on
drugs           $DRUGS
TEXT

say "simulate raw SNDS tables -> $DIR/raw"
mkdir -p "$DIR"
"$HUNE" simulate -o "$DIR/raw" --persons "$PERSONS" --seed "$SEED" --population diabetes --rate-scale "$SCALE" \
    --truth all --bias none --dirt all --drugs "$DRUGS"
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
