# Every table of hune simulate and every dirt, read by a program that knows nothing of the simulator.
set -eu
. "$ROOT/tests/lib.sh"
n=3000 small=400
[ -z "$SANITIZED" ] || n=200 small=80
base="--seed 21 --rate-scale 5 --quiet"
same_truth() { # the lives do not move; parameters tell the options, and otc.csv is of that dirt alone
    for f in "$1"/sim_truth/*; do
        case $f in */parameters.json | */otc.csv) continue ;; esac
        expect_same "$f" "$2/sim_truth/${f##*/}"
    done
}

# shellcheck disable=SC2086
must simulate -o none $base --persons $small --write-exposure
for dirt in cancel late info duplicates returns grouper identity death supplements twins regime codes instay otc; do
    # shellcheck disable=SC2086
    must simulate -o one $base --persons $small --write-exposure --dirt $dirt
    same_truth none one
    case $dirt in twins | returns | grouper | info) ;; # may not occur among so few
    *) ! diff -rq -x sim_truth none one >/dev/null || [ -n "$SANITIZED" ] || die "$dirt changes nothing" ;;
    esac
    rm -rf one
done
ok "each dirt alone changes rows and no life"

cat >read.py <<'P'
import csv, collections, datetime as dt, glob, os, re
KEYS = 'FLX_DIS_DTD FLX_TRT_DTD FLX_EMT_TYP FLX_EMT_NUM FLX_EMT_ORD ORG_CLE_NUM DCT_ORD_NUM PRS_ORD_NUM REM_TYP_AFF'.split()
rows = lambda f: csv.DictReader(open(f, encoding='ascii'), delimiter=';')
truth = lambda raw, name: list(csv.DictReader(open(f'{raw}/sim_truth/{name}.csv')))
day = lambda s: dt.date(int(s[6:]), int(s[3:5]), int(s[:2]))
key = lambda r: tuple(r[k] for k in KEYS)
flows = lambda raw, table: ((int(f[-10:-6]) * 12 + int(f[-6:-4]) - 1, r) for f in sorted(glob.glob(f'{raw}/DCIR/{table}_*.csv')) for r in rows(f))
yearly = lambda raw, field, table: ((int(re.search(field + r'(\d\d)', f)[1]), r) for f in sorted(glob.glob(f'{raw}/PMSI/T_{field}[0-9][0-9]{table}.csv')) for r in rows(f))
month = lambda s: int(s[6:]) * 12 + int(s[3:5]) - 1
P

# shellcheck disable=SC2086
must simulate -o clean $base --persons $n --write-exposure
cat >clean.py <<'P'
from read import *
persons = truth('clean', 'person')
ben = list(rows('clean/IR_BEN_R.csv'))
assert not list(rows('clean/IR_BEN_R_ARC.csv'))
assert len(ben) == len({r['BEN_NIR_PSA'] for r in ben}) == len({r['BEN_IDT_ANO'] for r in ben}) == len(persons)
assert all(r['BEN_CDI_NIR'] == '00' and r['BEN_RNG_GEM'] == '1' and r['BEN_NIR_ANO'] and r['ORG_AFF_BEN'].startswith('01C') for r in ben)
dead = {p['ben_idt_ano']: p['death'] for p in persons if p['death']}
known = {r['BEN_IDT_ANO']: day(r['BEN_DCD_DTE']).isoformat() for r in ben if not r['BEN_DCD_DTE'].endswith('1600')}
assert known == dead
deaths = list(rows('clean/KI_CCI_R.csv'))
assert {r['BEN_IDT_ANO']: day(r['BEN_DCD_DTE']).isoformat() for r in deaths} == dead and len(deaths) == len(dead)
chain = collections.defaultdict(list)
for r in rows('clean/KI_ECD_R.csv'): chain[r['DCD_IDT_ENC']].append(r['ECD_CIM_COD'])
assert all(chain[r['DCD_IDT_ENC']][-1] == r['DCD_CIM_COD'] for r in deaths) # the underlying cause is the last line
psa = {r['BEN_NIR_PSA'] for r in ben}
lines, seen = {}, collections.Counter()
for flow, r in flows('clean', 'ER_PRS_F'):
    k = key(r)
    assert k not in lines and r['BEN_NIR_PSA'] in psa and flow == month(r['EXE_SOI_DTD']) + 1
    assert r['DPN_QLF'] == r['PRS_DPN_QLP'] == r['CPL_MAJ_TOP'] == '0' and r['BSE_PRS_NAT'] == r['PRS_NAT_REF'] != '0'
    assert int(r['PRS_ACT_QTE']) > 0 and r['RGM_GRG_COD'] == '1' and r['ORG_CLE_NUM'].startswith('01C')
    lines[k] = r['PRS_NAT_REF']
    seen[r['PRS_NAT_REF']] += 1
# every kind of care has rows, and details hang on the right lines
assert {'1111', '1112', '1211', '3111', '3122', '3211', '3514', '1352', '3313'} <= set(seen), seen
natures = {'BIO': {'3211'}, 'TIP': {'3514'}, 'PHA': {'3311', '3313'}, 'UCD': {'3317'}}
for table, allowed in natures.items():
    for _, r in flows('clean', f'ER_{table}_F'):
        assert lines[key(r)] in allowed, table
        if table == 'PHA': assert len(r['PHA_PRS_C13']) == 13 and len(r['PHA_PRS_IDE']) == 7
        if table == 'UCD': assert r['UCD_TOP_UCD'] == '0'
with_test = {key(r) for _, r in flows('clean', 'ER_BIO_F')}
assert with_test == {k for k, x in lines.items() if x == '3211'}
assert all(r['ETE_IND_TAA'] == '0' for _, r in flows('clean', 'ER_ETE_F'))
boxes = sum(1 for _ in flows('clean', 'ER_PHA_F'))
# the dispensings of the truth are those of history too: what is in the window is in the tables
assert 0 < boxes <= sum(int(r['dispensings']) for r in truth('clean', 'exposure_true'))
for y, r in yearly('clean', 'MCO', 'B'): assert not r['GRG_GHM'].startswith('90') and r['SEJ_TYP'] == '' and r['GHS_NUM'] != '9999'
for y, r in yearly('clean', 'MCO', 'C'): assert r['NIR_ANO_17'] in psa and all(v == '0' for k, v in r.items() if k.endswith('_RET'))
assert not any('+' in r['ASS_DGN'] for _, r in yearly('clean', 'MCO', 'D'))
# rehabilitation follows hip fractures as the pathway of the person has it (six in ten without one: tests/unit/t_sim_tables.c)
dp = {(y, r['ETA_NUM'], r['RSA_NUM']): r for y, r in yearly('clean', 'MCO', 'B')}
out = [(r['NIR_ANO_17'], day(r['EXE_SOI_DTF']), dp[y, r['ETA_NUM'], r['RSA_NUM']]) for y, r in yearly('clean', 'MCO', 'C')]
broken = [(p, d) for p, d, b in out if b['DGN_PAL'][:3] == 'S72' and b['SOR_MOD'] != '9']
rehab = collections.defaultdict(list)
for _, r in yearly('clean', 'SSR', 'C'): rehab[r['NIR_ANO_17']].append(day(r['EXE_SOI_DTD']))
share = sum(any(0 <= (e - d).days <= 30 for e in rehab[p]) for p, d in broken) / max(len(broken), 1)
if len(persons) > 1000: assert len(broken) > 40 and 0.4 < share < 0.9, (share, len(broken))
# a row a week, from the first Monday to the last day
weeks = collections.Counter((y, r['ETA_NUM'], r['RHA_NUM']) for y, r in yearly('clean', 'SSR', 'B'))
for y, r in yearly('clean', 'SSR', 'C'):
    a, b = day(r['EXE_SOI_DTD']), day(r['EXE_SOI_DTF'])
    monday = a - dt.timedelta(a.weekday())
    assert weeks[y, r['ETA_NUM'], r['RHA_NUM']] == max(1, -(-(b - monday).days // 7)), (a, b)
home = {(y, r['ETA_NUM_EPMSI'], r['RHAD_NUM']) for y, r in yearly('clean', 'HAD', 'C')}
assert home == {(y, r['ETA_NUM_EPMSI'], r['RHAD_NUM']) for y, r in yearly('clean', 'HAD', 'B')} and (home or len(persons) < 1000)
who = collections.Counter()
for _, r in flows('clean', 'ER_PRS_F'):
    who[r['PFS_EXE_NUM']] += 1
    who[r['PFS_PRE_NUM']] += 0
known = [r['PFS_PFS_NUM'] for r in rows('clean/DA_PRA_R.csv')]
assert len(known) == len(set(known)) and set(known) == set(who)
sums = collections.Counter()
for k, c in who.items(): sums[k[3:]] += c if k[2] == '2' else 0
top = sorted(sums.values(), reverse=True)
assert len(top) < 50 or sum(top[:len(top) // 10]) > 1.8 * sum(top) / 10, 'the tenth with the largest panels'
P
python3 clean.py || die "clean tables"
ok "without dirt: one pseudonym each, all deaths, all boxes, details on their lines, rehabilitation, causes, practitioners"

# shellcheck disable=SC2086
must simulate -o dirty $base --persons $n --write-exposure --dirt all
same_truth clean dirty
cat >dirty.py <<'P'
from read import *
import sys
N = len(truth('dirty', 'person'))
large = N > 1000
near = lambda x, p, m, what, slack=0: not large or abs(x - p) <= 4 * (p * (1 - p) / m) ** 0.5 + slack or sys.exit(f'{what}: {x:.5f}, wanted {p} of {m}')
ben = list(rows('dirty/IR_BEN_R.csv')) + list(rows('dirty/IR_BEN_R_ARC.csv'))
real = [r for r in ben if r['BEN_CDI_NIR'] == '00']
assert len({r['BEN_IDT_ANO'] for r in real}) == N, 'persons are found again'
assert all((r['BEN_NIR_ANO'] == '') == (r['BEN_CDI_NIR'] != '00') for r in ben)
assert len({(r['BEN_NIR_PSA'], r['BEN_RNG_GEM']) for r in ben}) == len(ben)
if large: assert 1.8 < len(real) / N < 2.0, len(real) / N
near(1 - len(real) / len(ben), 0.002 / 1.9, len(ben), 'fictive')
owner = collections.defaultdict(set)
for r in real: owner[r['BEN_NIR_PSA']].add(r['BEN_IDT_ANO'])
for k, v in owner.items():
    assert len(v) <= 2
    two = [r for r in real if r['BEN_NIR_PSA'] == k] if len(v) == 2 else []
    assert not two or (len({r['BEN_SEX_COD'] + r['BEN_NAI_ANN'] + r['BEN_NAI_MOI'] for r in two}) == 1 and {r['BEN_RNG_GEM'] for r in two} == {'1', '2'})
person = {k: min(v) for k, v in owner.items() if len(v) == 1}
death = {p['ben_idt_ano']: dt.date.fromisoformat(p['death']) for p in truth('dirty', 'person') if p['death']}
missing = {r['BEN_IDT_ANO'] for r in real if r['BEN_IDT_ANO'] in death and r['BEN_DCD_DTE'].endswith('1600')}
near(len(missing) / max(1, len(death)), 0.04, len(death), 'deaths without a day')
certified = {r['BEN_IDT_ANO'] for r in rows('dirty/KI_CCI_R.csv')} - {''}
assert set(death) - certified <= missing
near(len(set(death) - certified) / max(1, len(death)), 0.01, len(death), 'deaths known from the hospital alone', 0.005)

# claims: drop what is no care, net what was taken back
kept, qty, kinds, late, care = {}, collections.Counter(), collections.Counter(), [0, 0], {}
lines = after = info71 = 0
info, regime, partial = collections.Counter(), collections.Counter(), collections.Counter()
for flow, r in flows('dirty', 'ER_PRS_F'):
    lines += 1
    year = int(r['EXE_SOI_DTD'][6:])
    assert r['DPN_QLF'] == r['PRS_DPN_QLP']
    if r['PRS_DPN_QLP'] == '71':
        info[year] += 1
        continue
    if r['CPL_MAJ_TOP'] != '0': kinds['supplement'] += 1; assert int(r['CPL_MAJ_TOP']) >= 2; continue
    if r['BSE_PRS_NAT'] == '0': kinds['no object'] += 1; continue
    if r['BEN_NIR_PSA'] == 'x' * 17: kinds['impossible'] += 1
    else: assert r['BEN_NIR_PSA'] in owner or r['BEN_NIR_PSA'][0] == 'F'
    i = person.get(r['BEN_NIR_PSA'])
    if i in death and day(r['EXE_SOI_DTD']) > death[i]: after += 1
    regime[r['ORG_CLE_NUM'][:3]] += 1
    k = flow - month(r['EXE_SOI_DTD'])
    assert 1 <= k <= 28
    if r['PRS_NAT_REF'] in ('3311', '3313'):
        kept[key(r)] = r
        late[0] += flow > year * 12 + 17
        late[1] += 1
    statement = key(r)[:7]
    if statement not in care: care[statement] = k
    partial[flow, month(r['EXE_SOI_DTD'])] += 1
near(late[0] / late[1], 0.02, 10 ** 9, 'dispensings that 18 months of flows do not have', 0.005)
near(sum(k > 6 for k in care.values()) / len(care), 0.01, len(care), 'care later than six months', 0.0015)
near(after / lines, 0.0005, lines, 'lines after death', 0.0002)
near(kinds['supplement'] / lines, 0.019, lines, 'supplements', 0.003)
near(kinds['no object'] / lines, 0.0094, lines, 'no object', 0.002)
if large: assert kinds['impossible'] and info[2014] > 3 * info[2011] > 0, info
if large: assert 0.74 < regime['01C'] / sum(regime.values()) < 0.82 and len(regime) > 6, regime
# the last months before any cut of the flows are partial: completeness of a month of care grows
cut = 2013 * 12 + 11
full = collections.Counter()
for (flow, m), c in partial.items(): full[m] += c
share = [sum(c for (flow, mm), c in partial.items() if mm == cut - b and flow <= cut) / full[cut - b] for b in (0, 1, 2, 6)]
if large: assert share[0] == 0 and 0.7 < share[1] < 0.95 and share[1] < share[2] < share[3] < 1, share

# dispensings: 0.6 % taken back; nothing below zero; a line that takes back equals one that was there
packs = {r['PHA_CIP_C13']: r for r in rows('dirty/IR_PHA_R.csv')}
by7 = {r['PHA_PRS_IDE']: r for r in packs.values()}
net, raw_boxes, naive, positive, negative, codes = collections.Counter(), 0, 0, collections.Counter(), collections.Counter(), collections.Counter()
for flow, r in flows('dirty', 'ER_PHA_F'):
    c = kept[key(r)]
    d = c['EXE_SOI_DTD']
    before, after14 = d[6:] < '2012', d[6:] > '2014'
    assert (r['PHA_PRS_C13'] == '0') == before and (r['PHA_PRS_IDE'] == '') == after14
    pack = by7.get(r['PHA_PRS_IDE']) if before else packs.get(r['PHA_PRS_C13'])
    codes['gone' if pack is None else 'ATC' if pack['PHA_ATC_C07'] else 'no ATC'] += 1
    code = r['PHA_PRS_C13'], r['PHA_PRS_IDE']
    q = int(r['PHA_ACT_QSN'])
    assert q == int(c['PRS_ACT_QTE'])
    k = c['BEN_NIR_PSA'], d, code, c['PFS_EXE_NUM'], c['PFS_PRE_NUM']
    net[k] += q
    (positive if q > 0 else negative)[k, abs(q)] += 1
    naive += abs(q) if flow < 2015 * 12 else 0
n = sum(codes.values())
near(codes['no ATC'] / n, 0.001, n, 'packs without ATC', 0.0003)
near(codes['gone'] / n, 0.002, n, 'packs that are gone', 0.0004)
assert min(net.values()) >= 0 and all(negative[k] <= positive[k] for k in negative), 'taken back what was not there'
near(sum(negative.values()) / n, 0.006, n, 'taken back', 0.0006)
true = sum(max(0, v) for v in net.values())
assert abs(naive / true - 1) > 0.01 or not large, ('a naive sum is too good', naive / true)

# stays: drop the site numbers and every stay of the clean world is there once
sites = {r['eta_num'] for r in csv.DictReader(open(sys.argv[1] + '/codes/snds/finess_duplicates.csv'))}
for field, c in (('MCO', 'ETA_NUM'), ('SSR', 'ETA_NUM'), ('HAD', 'ETA_NUM_EPMSI')):
    count = lambda raw: sum(1 for _ in yearly(raw, field, 'C'))
    left = [r for _, r in yearly('dirty', field, 'C') if r[c] not in sites]
    assert len(left) == count('clean'), field
    near(1 - len(left) / count('dirty') if left else 0, 0.08 / 1.08, count('dirty') or 1, 'stays sent twice')
b = [r for _, r in yearly('dirty', 'MCO', 'B')]
m = len(b)
near(sum(r['GRG_GHM'].startswith('90') for r in b) / m, 0.003, m, 'not grouped')
near(sum(r['SEJ_TYP'] == 'B' for r in b) / m, 0.01, m, 'another hospital bills')
near(sum(r['GHS_NUM'] == '9999' for r in b) / m, 0.004, m, 'GHS 9999')
c = [r for _, r in yearly('dirty', 'MCO', 'C')]
near(sum(any(v != '0' for k, v in r.items() if k.endswith('_RET')) for r in c) / m, 0.008, m, 'return codes')
assert not large or (any('+' in r['ASS_DGN'] for _, r in yearly('dirty', 'MCO', 'D')) and any(r['NIR_ANO_17'] == 'x' * 17 for r in c))
assert not large or any(r['UCD_TOP_UCD'] == '1' for _, r in flows('dirty', 'ER_UCD_F'))
P
python3 dirty.py "$ROOT" || die "dirty tables"
ok "all dirt: found again are persons, stays and what was taken back; delays and shares are those of the design; naive sums are wrong"

# A box in a stay, a box at discharge, treatments that nobody sees: each alone beside the clean world.
for dirt in instay otc; do
    # shellcheck disable=SC2086
    must simulate -o $dirt $base --persons $n --write-exposure --dirt $dirt
done
cat >boxes.py <<'P'
from read import *
def boxes(raw):
    claim = {key(r): (r['BEN_NIR_PSA'], day(r['EXE_SOI_DTD'])) for _, r in flows(raw, 'ER_PRS_F') if r['PRS_NAT_REF'] in ('3311', '3313')}
    return [claim[key(r)] + (r['PHA_PRS_C13'],) for _, r in flows(raw, 'ER_PHA_F')]
stays = collections.defaultdict(list)
for _, r in yearly('clean', 'MCO', 'C'):
    a, b = day(r['EXE_SOI_DTD']), day(r['EXE_SOI_DTF'])
    if b > a: stays[r['NIR_ANO_17']].append((a, b))
inside = lambda raw: sum(any(a <= d < b for a, b in stays[p]) for p, d, _ in boxes(raw))
assert inside('clean') > 0 and inside('instay') == 0, (inside('clean'), inside('instay'))
# stays that a treatment outlasts by a month, of those who leave alive: is there a box within three days?
idt = {r['BEN_NIR_PSA']: r['BEN_IDT_ANO'] for r in rows('clean/IR_BEN_R.csv')}
number = {p['ben_idt_ano']: p for p in truth('clean', 'person')}
use = collections.defaultdict(list)
for r in truth('clean', 'exposure_true'): use[r['person']].append((dt.date.fromisoformat(r['start']), dt.date.fromisoformat(r['end'])))
month = dt.timedelta(30)
treated = {(p, b) for p in stays for a, b in stays[p] if any(x < a and b + month < y for x, y in use[number[idt[p]]['person']])}
soon = lambda raw: len({(p, s[1]) for p, d, _ in boxes(raw) for s in stays[p] if 0 <= (d - s[1]).days <= 3} & treated) / len(treated)
if len(treated) > 500: assert 0.52 < soon('instay') < 0.72 and soon('clean') < 0.4, (soon('instay'), soon('clean'), len(treated))
atc = {r['PHA_CIP_C13']: r['PHA_ATC_C07'] for r in rows('clean/IR_PHA_R.csv')}
sold = {'M01AE01', 'N02BE01'}
count = lambda raw, of: sum((atc[c] in sold) == of for _, _, c in boxes(raw))
assert count('otc', False) == count('clean', False)
hidden = 1 - count('otc', True) / max(1, count('clean', True))
told = truth('otc', 'otc')
eras = sum(r['drug'] in sold and r['end'] > '2009-01-01' for r in truth('clean', 'exposure_true'))
n = count('clean', True)
if n > 2000: assert abs(hidden - 0.35) < 0.05 and abs(len(told) / eras - 0.35) < 4 * (0.23 / eras) ** 0.5 + 0.01, (hidden, len(told), eras)
assert {r['drug'] for r in told} <= sold
P
python3 boxes.py || die "boxes"
rm -rf instay otc
ok "in a stay no box, after it one within three days; over the counter 35 % of treatments are in no table, and told in the truth"

if [ -n "$SHARED" ]; then
    must simulate -o years --seed 5 --persons 400 --population elderly --from 2006-01-01 --to 2019-12-31 --dirt all --quiet
    python3 - "$SHARED/reference/snds/schema" years <<'P' || die "a column that the schema does not have in its year"
import csv, glob, os, re, sys
official, seen = {}, {}
for f in ('dcir', 'pmsi_mco', 'pmsi_mco_ce', 'pmsi_ssr', 'pmsi_had', 'referentials', 'ir_pha_r'):
    for r in csv.DictReader(open(f'{sys.argv[1]}/{f}.csv')): official[r['table'], r['column']] = r
for r in csv.DictReader(open(f'{sys.argv[1]}/columns_by_year.csv')):
    years = {y for a, b in re.findall(r'(\d{4})(?:-(\d{4}))?', r['years']) for y in range(int(a), int(b or a) + 1)}
    seen.setdefault((r['table'], r['column']), set()).update(years)
def exists(table, column, year):
    if (table, column) in seen and year and year <= (2012 if table.startswith('ER_') else 2014): return year in seen[table, column]
    r = official.get((table, column))
    if not r: return False
    return not year or ((not r['since'] or int(r['since']) <= year) and (not r['until'] or year < int(r['until'])) and str(year) not in r['missing_years'].split())
n = 0
for f in glob.glob(sys.argv[2] + '/**/*.csv', recursive=True):
    if 'sim_truth' in f or '/RPU/' in f: continue # the SNDS has no table of emergency passages
    name = os.path.basename(f)[:-4]
    m = re.fullmatch(r'T_(MCO|SSR|HAD)(\d\d)(\w+)', name)
    flow = re.fullmatch(r'(ER_\w+?)_(\d{4})\d\d', name)
    table = f'T_{m[1]}aa{m[3]}' if m else flow[1] if flow else name.replace('_ARC', '')
    year = 2000 + int(m[2]) if m else int(flow[2]) if flow else None
    head = open(f).readline().strip().split(';')
    missing = [c for c in head if not exists(table, c, year)]
    assert not missing and len(set(head)) == len(head), (name, missing)
    width = {len(line.split(';')) for line in open(f)}
    assert width == {len(head)}, (name, width, len(head))
    n += 1
assert n > 300
P
    rm -rf years
    ok "every header is one of the national schema in its year, from 2006 to 2020"
fi

must ingest dirty -o store --source snds --quiet
python3 - $n <<'P' || die "kept and rejected"
import json, sys
s = json.load(open('store/store.json'))
assert s['persons'] == int(sys.argv[1])
reasons = set()
for x in s['steps']:
    assert x['rows_in'] == x['rows_out'] + sum(x['rejected'].values()), x
    reasons |= set(x['rejected'])
assert {'supplement', 'no_base_act', 'duplicate_hospital', 'cancelled', 'after_death'} <= reasons, reasons
P
must describe store
ok "ingestion takes it: as many persons, kept and rejected add up"
