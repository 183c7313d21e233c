# hune simulate as a user runs it: what is written, what it promises, what bad input gets.
set -eu
. "$ROOT/tests/lib.sh"
n=1200
[ -z "$SANITIZED" ] || n=150

must simulate -o raw --persons $n --seed 4 --rate-scale 20 --population diabetes --quiet
expect_out_has "persons         $n"
expect_err_has "rate scale: "
expect_file raw/sim_truth/parameters.json
expect_absent .raw.part
must simulate -o one --persons $n --seed 4 --rate-scale 20 --population diabetes --quiet --threads 1
expect_same raw one
ok "same bytes with one thread"

cat >check.py <<'P'
import collections, csv, datetime as dt, glob, os, sys
raw, dirty = sys.argv[1], sys.argv[2] == 'dirty'
KEYS = 'FLX_DIS_DTD FLX_TRT_DTD FLX_EMT_TYP FLX_EMT_NUM FLX_EMT_ORD ORG_CLE_NUM DCT_ORD_NUM PRS_ORD_NUM REM_TYP_AFF'.split()
day = lambda s: dt.datetime.strptime(s, '%d/%m/%Y').date()
rows = lambda f: csv.DictReader(open(f, encoding='ascii'), delimiter=';')
people = list(rows(raw + '/IR_BEN_R.csv')) + list(rows(raw + '/IR_BEN_R_ARC.csv'))
psa = {r['BEN_NIR_PSA']: r for r in people}
assert dirty or len(psa) == len(people)
assert all(len(p) == 17 and not p[0].isdigit() for p in psa)
claims, keys, details = {}, set(), 0
for f in sorted(glob.glob(raw + '/DCIR/ER_PRS_F_*.csv')):
    month = os.path.basename(f)[9:15]
    for r in rows(f):
        k = tuple(r[c] for c in KEYS)
        assert k not in claims, 'a key twice'
        flow = day(r['FLX_DIS_DTD'])
        assert flow.strftime('%Y%m') == month and flow.day == 1
        care, treated = day(r['EXE_SOI_DTD']), day(r['FLX_TRT_DTD'])
        assert dt.date(2009, 1, 1) <= care <= dt.date(2014, 12, 31) and care <= treated < flow
        assert care.weekday() < 6 or r['PRS_NAT_REF'] == '3111', 'a Sunday' # nurses work
        late = (flow.year - care.year) * 12 + flow.month - care.month
        assert late == 1 if not dirty else 1 <= late <= 28
        p = psa.get(r['BEN_NIR_PSA'], people[0] if dirty and r['BEN_NIR_PSA'] == 'x' * 17 else None)
        death = day(p['BEN_DCD_DTE'])
        assert dirty or death.year == 1600 or care < death
        claims[k] = (r['BEN_NIR_PSA'], r['EXE_SOI_DTD'], int(r['PRS_ACT_QTE']), r['PRS_NAT_REF'])
        assert dirty or int(r['PRS_ACT_QTE']) > 0
drugs = {r['PHA_CIP_C13']: r['PHA_ATC_C07'] for r in rows(raw + '/IR_PHA_R.csv')}
net = collections.Counter()
for table in ('PHA', 'CAM', 'UCD', 'ETE'):
    for f in glob.glob(raw + f'/DCIR/ER_{table}_F_*.csv'):
        for r in rows(f):
            c = claims[tuple(r[x] for x in KEYS)]
            if table == 'PHA':
                assert (dirty or r['PHA_PRS_C13'] in drugs) and int(r['PHA_ACT_QSN']) == c[2]
                net[c[0], c[1], r['PHA_PRS_C13'], r['PHA_PRS_IDE']] += c[2]
assert min(net.values()) >= 0
if dirty: assert any(v == 0 for v in net.values())
stays = {}
for f in glob.glob(raw + '/PMSI/T_MCO??C.csv'):
    for r in rows(f):
        k = f[-7:-5], r['ETA_NUM'], r['RSA_NUM']
        assert k not in stays and (r['NIR_ANO_17'] in psa or dirty and r['NIR_ANO_17'] == 'x' * 17)
        a, b = (dt.datetime.strptime(r[c], '%d%m%Y').date() for c in ('ENT_DAT', 'SOR_DAT'))
        assert a == day(r['EXE_SOI_DTD']) and b == day(r['EXE_SOI_DTF']) and a <= b and b.strftime('%y') == k[0]
        stays[k] = r
for table in ('A', 'B', 'D', 'UM'):
    seen = set()
    for f in glob.glob(raw + f'/PMSI/T_MCO??{table}.csv'):
        for r in rows(f):
            k = f[-5 - len(table) - 1:][:2], r['ETA_NUM'], r['RSA_NUM']
            assert k in stays, (table, k)
            seen.add(k)
            if table == 'B' and r['SOR_MOD'] == '9' and not dirty:
                assert day(psa[stays[k]['NIR_ANO_17']]['BEN_DCD_DTE']) == day(stays[k]['EXE_SOI_DTF'])
    assert table in 'AD' or len(seen) == len(stays)
truth = list(csv.DictReader(open(raw + '/sim_truth/event_cause.csv')))
assert len(stays) >= len(truth) > 0
assert len(list(csv.DictReader(open(raw + '/sim_truth/pairs.csv')))) == 104 * 42
P
python3 check.py raw clean || die "raw tables of clean claims"
ok "clean tables: keys unique, details joined, dates inside, care before death, stays chained"

must simulate -o dirty --persons $n --seed 4 --rate-scale 20 --population diabetes --dirt all --quiet
python3 check.py dirty dirty || die "raw tables of dirty claims"
expect_same raw/sim_truth/event_cause.csv dirty/sim_truth/event_cause.csv
ok "dirty tables: cancelled lines net to zero or more, late flows within 28 months, the lives unchanged"

must simulate -o few --persons 200 --seed 4 --drugs A10,N05C --outcomes HIP,BLADCA --format parquet --quiet
expect_file few/DCIR/ER_PRS_F_201001.parquet
expect_absent few/DCIR/ER_PRS_F_201001.csv
expect_equal "$(wc -l <few/sim_truth/pairs.csv)" $((10 * 2 + 1))
ok "drugs and outcomes of a list, as Parquet"

must simulate -o full --persons $n --seed 4 --population elderly --dirt all --bias all --quiet
must simulate -o cases --persons $n --seed 4 --population elderly --dirt all --bias all --mode cases --outcomes HIP,HF --quiet
python3 - <<'P' || die "cases are not those of everybody"
import csv, glob, os
def rows(f): return open(f, 'rb').read().splitlines() if os.path.exists(f) else []
wanted = {r['person'] for r in csv.DictReader(open('full/sim_truth/event_cause.csv')) if r['outcome'] in ('HIP', 'HF')}
have = {r['person'] for r in csv.DictReader(open('cases/sim_truth/person.csv'))}
assert wanted == have and have, (len(wanted), len(have))
idt = {r['ben_idt_ano'] for r in csv.DictReader(open('cases/sim_truth/person.csv'))}
psa = set()
for r in csv.DictReader(open('full/IR_BEN_R.csv'), delimiter=';'):
    if r['BEN_IDT_ANO'] in idt: psa.add(r['BEN_NIR_PSA'])
for f in glob.glob('full/DCIR/ER_PRS_F_*.csv'):
    mine = [l for l in rows(f)[1:] if l.split(b';')[9].decode() in psa]
    other = [l for l in rows(f.replace('full', 'cases'))[1:] if l.split(b';')[9].decode() in psa]
    assert mine == other, f
P
ok "cases: the persons of a full run with the outcome, row by row"

must simulate -o null --persons 200 --seed 4 --truth none --write-exposure --quiet
expect_lines 1 null/sim_truth/truth.csv
expect_equal "$(cut -d, -f5 null/sim_truth/pairs.csv | sort -u | tr '\n' ' ')" "1 planted_irr "
expect_file null/sim_truth/exposure_true.csv
ok "without truth every pair has ratio one"

run simulate -o bad --persons 10 --mode cases; expect_status 2; expect_err_has "mode cases needs a list of outcomes"
printf 'id,kind,drug_a,outcome,axis,profile\nS1,single,A10BA99,HF,era_day,0+:2\n' >unknown.csv
run simulate -o bad --persons 10 --truth unknown.csv; expect_status 1
expect_err_has "'unknown.csv', line 2, column 'drug_a': unknown drug 'A10BA99'"
run simulate -o bad --persons 10 --bias T17; expect_status 2; expect_err_has "unknown trap 'T17'"
run simulate -o bad --persons 10 --dirt mud; expect_status 2; expect_err_has "unknown dirt 'mud'"
run simulate -o bad --persons 0; expect_status 2
run simulate -o bad --persons -5; expect_status 2
run simulate --persons 10; expect_status 2
run simulate -o bad --persons 10 --truth nowhere.csv; expect_status 1; expect_err_has "nowhere.csv"
run simulate -o bad --persons 10 --rate-scale 90000; expect_status 1; expect_err_has "the largest that works is"
expect_absent bad
expect_absent .bad.part
ok "bad options end with one line and leave nothing"

run simulate --person 3 --trace --bias all --population elderly --persons 50; expect_status 0
expect_out_has "truly exposed"
run simulate --person 3 --trace --json --bias all --population elderly --persons 50; expect_status 0
python3 -c 'import json,sys; d = json.load(open(sys.argv[1])); assert d["person"] == 3 and d["exposures"] and "events" in d' "$TMP/out" ||
    die "the trace is no JSON"
run simulate --person 50 --trace --persons 50; expect_status 2; expect_err_has "want 0 to 49"
run simulate --trace; expect_status 2; expect_err_has "give --person N"
must simulate -o single --person 3 --persons 50 --seed 4 --quiet
must simulate -o fifty --persons 50 --seed 4 --quiet
expect_lines 2 single/sim_truth/person.csv
python3 - <<'P' || die "one person alone is not the same"
import glob
for f in glob.glob('single/**/*.csv', recursive=True):
    if any(x in f for x in ('pairs', 'attributable', 'oracle', 'truth.csv', 'IR_PHA_R', 'fraud', '/emergency')): continue
    whole = set(open(f.replace('single', 'fifty', 1)).read().splitlines())
    assert all(l in whole for l in open(f).read().splitlines()), f
P
ok "one life: told with its reasons, and written alone as among others"
