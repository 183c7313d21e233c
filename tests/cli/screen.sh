# The chain as a user runs it: raw tables, store, description, screen, score; and what bad input gets.
set -eu
. "$ROOT/tests/lib.sh"
export HUNE_KEY=0123456789abcdef0123456789abcdef
OUTCOMES="$ROOT/codes/simulate/sim_outcomes.csv"

must simulate -o raw --persons 2500 --seed 5 --population diabetes --rate-scale 20 --dirt all --drugs A10,N05,M01,C10
must ingest raw -o store --source snds --no-stamp
must describe store --json
cp "$TMP/out" describe.json
expect_equal "$(json describe.json 'sum(c["broken"] for c in d["checks"])')" 0
expect_equal "$(json describe.json 'd["persons"] > 2000')" True
expect_equal "$(json describe.json 'd["events"] == sum(k["events"] or 0 for k in d["kinds"]) or any(k["events"] is None for k in d["kinds"])')" True
must describe store
expect_out_has "ok      parts are sorted by person and start"
ok "describe counts events and finds the store sound"

must screen store -o results --outcomes "$OUTCOMES" --csv --no-stamp --top 3
expect_out_has "drugs x 42 outcomes"
for f in manifest.json pairs.parquet pairs.csv windows.csv outcomes.csv attrition.csv baseline.csv; do expect_file "results/$f"; done
expect_equal "$(head -n 1 results/pairs.csv)" "drug,drug_label,outcome,outcome_label,cases,exposed_cases,events_exposed,irr,lower,upper,log_irr,se,p,q,pre_exposure_irr,flag"
python3 - <<'P'
import csv, math
rows = list(csv.DictReader(open('results/pairs.csv')))
assert len(rows) > 300, len(rows)
ps = [float(r['p']) for r in rows if r['p']]
assert ps == sorted(ps), 'strongest first'
for r in rows:
    for c in ('cases', 'exposed_cases', 'events_exposed'):
        assert r[c] == '' or int(r[c]) == 0 or int(r[c]) >= 11, (c, r)
    if 'few_cases' in r['flag']: assert not r['irr'] and not r['p'] and not r['q']
    if r['irr']:
        irr, lo, hi = (float(r[c] or 'nan') for c in ('irr', 'lower', 'upper'))
        assert not (irr < lo) and not (irr > hi), r
        assert abs(math.log(irr) - float(r['log_irr'])) < 1e-9
# Benjamini-Hochberg by its definition
m, q = len(ps), 1.0
want = [0.0] * m
for i in range(m - 1, -1, -1): q = min(q, ps[i] * m / (i + 1)); want[i] = q
got = [float(r['q']) for r in rows if r['p']]
assert max(abs(a - b) for a, b in zip(got, want)) < 1e-12
P
ok "pairs.csv has the agreed columns, masks small counts, and its q are Benjamini-Hochberg's"

must screen store -o one --outcomes "$OUTCOMES" --csv --no-stamp --threads 1
sed -i '/"command"/d' results/manifest.json one/manifest.json
sed -i '/"windows"/d' results/manifest.json one/manifest.json
expect_same results one
ok "one thread and two write the same bytes"

must screen store -o classes --drugs ATC4 --outcomes "$OUTCOMES" --csv --json
expect_equal "$(json "$TMP/out" 'd["outcomes"]')" 42
expect_equal "$(cut -d, -f1 classes/pairs.csv | tail -n +2 | awk 'length != 5' | wc -l)" 0
printf 'atc,inn\nA10BG03,pioglitazone\nA10,any antidiabetic\n' >list.csv
must screen store -o listed --drugs list.csv --outcomes "$OUTCOMES" --csv
expect_equal "$(cut -d, -f1 listed/pairs.csv | tail -n +2 | sort -u | paste -sd ' ')" "A10 A10BG03"
must screen store -o every
expect_out_has "outcomes:"
ok "drugs by class or from a file, outcomes by ICD-10 category"

must score results --truth raw/sim_truth --json --show A10BG03:BLADCA,X99:NONE
expect_equal "$(json "$TMP/out" 'd["shown"][0]["screened"], d["shown"][1]["screened"]')" "(True, False)"
expect_equal "$(json "$TMP/out" '0 <= d["nulls"]["type1"] < 0.2 and d["planted_nulls"]["tested"] >= d["planted_nulls"]["flagged"]')" True
ok "score joins the planted truth"

# --- bad input ---
run screen store
expect_status 2
expect_err_has "-o RESULTS is missing"
run screen store -o x --drugs nowhere.csv
expect_status 1
expect_err_has "cannot open 'nowhere.csv': no such file"
printf 'id;icd10\nHIP;S72\n' >semicolon.csv
run screen store -o x --outcomes semicolon.csv
expect_status 1
expect_err_has "column 'icd10' not found in 'semicolon.csv'"
printf 'id,icd10\nHIP,S72\nBAD,hip\n' >bad.csv
run screen store -o x --outcomes bad.csv
expect_status 1
expect_err_has "'bad.csv' line 3, column 'icd10': 'hip' is not an ICD-10 code"
printf 'atc\nQ99ZZ99\n' >none.csv
run screen store -o x --drugs none.csv --outcomes "$OUTCOMES"
expect_status 1
expect_err_has "the store holds none of the drugs asked for"
expect_absent x
expect_absent .x.part
ok "lists that are wrong are refused by line and column, and leave nothing"

mkdir mine && echo keep >mine/notes.txt
run screen store -o mine --outcomes "$OUTCOMES"
expect_status 1
expect_err_has "'mine' exists and is not an earlier output of this command"
expect_file mine/notes.txt
ok "a folder that is not a result is not replaced"

cp -r store short
part=$(ls short/events | head -n 1)
truncate -s -100 "short/events/$part"
run describe short
expect_status 1
expect_err_has "'short/events/$part' has"
expect_err_has "the store was cut short or changed: ingest again"
rm "short/events/$part"
run screen short -o x
expect_status 1
expect_err_has "the store is incomplete: ingest again"
echo '{"format": 1' >short/store.json
run screen short -o x
expect_status 1
expect_err_has "'short/store.json' line 2"
expect_err_has "the store is damaged: ingest again"
run describe raw
expect_status 1
expect_err_has "is not an event store"
run screen nowhere -o x
expect_status 1
expect_err_has "cannot open store 'nowhere': no such folder"
expect_absent x
ok "a store cut short, incomplete, damaged or absent is refused by name"
