# Care pathways and emergency visits of hune simulate: the raw tables and the truth beside them.
set -eu
. "$ROOT/tests/lib.sh"
n=4000
[ -z "$SANITIZED" ] || n=150

must simulate -o raw --persons $n --seed 9 --from 2008-01-01 --to 2013-12-31 --quiet
must simulate -o one --persons $n --seed 9 --from 2008-01-01 --to 2013-12-31 --quiet --threads 1
expect_same raw one
ok "same bytes with one thread"

cat >check.py <<'P'
import collections, csv, datetime as dt, glob, math, os, sys
raw, dirty, full = sys.argv[1], sys.argv[2] == 'dirty', sys.argv[3] == ''
rows = lambda f: csv.DictReader(open(f, encoding='ascii'), delimiter=';')
time = lambda s: dt.datetime.strptime(s, '%d/%m/%Y %H:%M')
person = {p['ben_idt_ano']: p for p in csv.DictReader(open(raw + '/sim_truth/person.csv'))}
who = {r['BEN_NIR_PSA']: person[r['BEN_IDT_ANO']] for r in rows(raw + '/IR_BEN_R.csv')}
seen, facility, left, ids, gap = collections.Counter(), collections.Counter(), collections.Counter(), set(), 0
march = {y: max(d for d in (dt.date(y, 3, k) for k in range(25, 32)) if d.weekday() == 6) for y in range(2008, 2015)}
for f in sorted(glob.glob(raw + '/RPU/RPU_*.csv')):
    for r in rows(f):
        a, b = time(r['ENTREE']), time(r['SORTIE'])
        p = who[r['NIR_ANO_17']]
        assert a < b and a.strftime('%Y%m') == os.path.basename(f)[4:10]
        assert p['entry'] <= a.date().isoformat() < p['exit'] and b.date().isoformat() <= p['exit']
        assert r['GRAVITE'] in set('12345PD') and r['MODE_SORTIE'] in set('6789')
        gap += a.hour == 2 and a.date() == march[a.year]
        assert dirty or (r['DP'] and (r['FINESS'], r['NUM']) not in ids)
        ids.add((r['FINESS'], r['NUM']))
        seen[a.date().isoformat()] += 1
        facility[r['FINESS']] += 1
        left[r['MODE_SORTIE']] += 1
        if r['MODE_SORTIE'] == '9': assert p['death'] == b.date().isoformat()
assert dirty or gap == 0, 'an hour that does not exist'

# the PMSI: one bill for each visit that ends at home; dates of the visit from 2009 on
bills, atu = {}, 0
for table in ('CSTC', 'FASTC', 'FBSTC', 'FCSTC', 'FMSTC'):
    heads = collections.Counter()
    for f in glob.glob(raw + f'/PMSI/T_MCO??{table}.csv'):
        for r in rows(f):
            k = os.path.basename(f)[5:7], r['ETA_NUM'], r['SEQ_NUM']
            if table == 'CSTC':
                assert k not in bills and r['NIR_ANO_17'] in who
                if k[0] != '08': assert r['SOR_DAT'][6:] == k[0] and r['EXE_SOI_DTF'][8:] == k[0]
                bills[k] = r
            else: assert k in bills and r['SOR_ANN'][2:] == k[0]
            heads[k] += 1
            atu += table == 'FBSTC' and r['ACT_COD'] == 'ATU'
    if table == 'FASTC': assert set(heads) == set(bills) and max(heads.values()) == 1
assert dirty or atu == left['8'] > 0, (atu, left)

expected, site = collections.Counter(), collections.Counter()
for r in csv.DictReader(open(raw + '/sim_truth/emergency.csv')):
    x = float(r['expected']) + float(r['linked'])
    expected[r['date']] += x
    site[r['facility']] += x
assert set(facility) <= set(site) and (not full or len(facility) > 110)
days = list(csv.DictReader(open(raw + '/sim_truth/emergency_days.csv')))
if dirty: assert sum(seen.values()) > 0.95 * sum(expected.values())
else: # `linked` is a mean of tables, hence the slack
    def close(on):
        a, b = sum(seen[d] for d in on), sum(expected[d] for d in on)
        assert b > 0 and abs(a - b) < 4.5 * math.sqrt(max(b, 1)) + 0.01 * b, (a, b)
    close(expected)
    for k in range(7): close([d for d in expected if dt.date.fromisoformat(d).weekday() == k])
    for flag in ('holiday', 'school_a'): close([d['date'] for d in days if d[flag] == '1'])
    for wave in ('flu', 'gastro', 'heat'):
        close([d['date'] for d in sorted(days, key=lambda d: -float(d[wave]))[:60]])

types = {(r['disease'], r['type']) for r in csv.DictReader(open(raw + '/sim_truth/pathway_types.csv'))}
paths = list(csv.DictReader(open(raw + '/sim_truth/pathway.csv')))
exits = {p['person']: p['exit'] for p in person.values()}
assert len(types) == 15
for r in paths:
    assert (r['disease'], r['type']) in types and r['from'] < exits[r['person']]
    assert not r['deviates_to'] or ((r['disease'], r['deviates_to']) in types and r['deviates_to'] != r['type'])
sick = {p['person'] for p in person.values() if '' < p['diabetes_onset'] < p['exit'] and p['entry'] < p['exit']}
assert sick == {r['person'] for r in paths if r['disease'] == 'DM'}
print(gap)
P
python3 check.py raw clean "$SANITIZED" || die "clean tables of emergency visits"
ok "clean tables: visits inside observation, one bill each, near the written intensity, pathways known"

must simulate -o dirty --persons $n --seed 9 --from 2008-01-01 --to 2013-12-31 --dirt emergency --quiet
python3 check.py dirty dirty "$SANITIZED" || die "dirty tables of emergency visits"
expect_same raw/PMSI dirty/PMSI
for f in raw/sim_truth/*; do
    case $f in */parameters.json) ;; *) expect_same "$f" "dirty/sim_truth/${f##*/}" ;; esac
done
ok "the dirt of emergency passages is in RPU/ alone"

if [ -n "$SHARED" ]; then
    python3 - "$SHARED/reference/snds/schema" raw <<'P' || die "a column that its year does not have"
import csv, glob, re, sys
years = {}
for r in csv.DictReader(open(sys.argv[1] + '/columns_by_year.csv')):
    for part in re.split('[ ,;|]+', r['years']):
        a, _, b = part.partition('-')
        if a: years.setdefault((r['table'], r['column']), set()).update(range(int(a), int(b or a) + 1))
n = 0
for f in glob.glob(sys.argv[2] + '/PMSI/T_MCO??*STC.csv'):
    year = 2000 + int(re.search(r'T_MCO(\d\d)', f)[1])
    for c in open(f).readline().strip().split(';'):
        have = years.get((re.sub(r'.*T_MCO\d\d', 'T_MCOaa', f)[:-4], c), set())
        assert min(year, 2014) in have or (c == 'AGE_ANN' and year >= 2014), (f, c, have)
        n += 1
assert n > 100
P
    ok "every column is one that the national table has in its year"
fi

must ingest raw -o store --source snds --quiet
grep -q 'RPU_200801' store/*.json || die "RPU is not listed as ignored"
ok "hune ingest takes the folder and lists what it ignores"

run simulate -o bad --persons 10 --dirt mud; expect_status 2; expect_err_has "unknown dirt 'mud'"
expect_absent bad
ok "dirt that nobody knows is refused"
