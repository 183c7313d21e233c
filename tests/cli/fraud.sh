# hune simulate --fraud: what is planted is in the truth, line by line; what is not planted does not move.
set -eu
. "$ROOT/tests/lib.sh"
n=3000
[ -z "$SANITIZED" ] || n=400
base="--persons $n --seed 11 --rate-scale 20 --from 2009-01-01 --to 2011-12-31 --quiet"
# shellcheck disable=SC2086
make_one() { must simulate -o "$1" $base --fraud "$2" --threads "${3:-2}"; }

must simulate -o plain $base
make_one none none
expect_same plain none
expect_absent none/sim_truth/fraud.csv
expect_absent none/sim_truth/fraud_lines.csv
ok "without --fraud and with none: the same bytes"

make_one all all 1
make_one two all 2
expect_same all two
rm -rf two
make_one seven all 7
expect_same all seven
rm -rf seven plain
ok "same bytes for 1, 2 and 7 threads"

# shellcheck disable=SC2086
must simulate -o more $base --fraud all --persons $((n + 300))
head -c "$(wc -c <all/sim_truth/fraud_lines.csv)" more/sim_truth/fraud_lines.csv >first
expect_same all/sim_truth/fraud_lines.csv first
rm -rf more
ok "the first persons get the same when there are more"

# shellcheck disable=SC2086
must simulate -o cases $base --fraud all --mode cases --outcomes HIP
sed 1d cases/sim_truth/fraud_lines.csv | sort >few
sort all/sim_truth/fraud_lines.csv | comm -23 few - >alien
expect_lines 0 alien
[ -s few ] || [ -n "$SANITIZED" ] || die "nothing planted among the cases"
rm -rf cases
ok "the cases of an outcome get what they get among everybody"

# An independent reader. Every line of `none` must be in the other folder as it is, but for the two columns of IR_BEN_R that tell of
# the last flow and the stays that are coded heavier; what is there besides must be the planted lines, all of them and with their sums.
cat >check.py <<'P'
import collections, csv, datetime as dt, glob, os, sys
none, raw, wanted, sanitized = sys.argv[1], sys.argv[2], sys.argv[3], len(sys.argv) > 4
KEYS = 'FLX_DIS_DTD FLX_TRT_DTD FLX_EMT_TYP FLX_EMT_NUM FLX_EMT_ORD ORG_CLE_NUM DCT_ORD_NUM PRS_ORD_NUM REM_TYP_AFF'.split()
table = lambda f: list(csv.DictReader(open(f), delimiter=';'))
lines = lambda f: open(f).read().split('\n')[:-1] if os.path.exists(f) else []
day = lambda s: dt.datetime.strptime(s, '%d/%m/%Y').date() if '/' in s else dt.date.fromisoformat(s)
cents = lambda s: round(100 * float(s))
truth = list(csv.DictReader(open(raw + '/sim_truth/fraud_lines.csv')))
actors = list(csv.DictReader(open(raw + '/sim_truth/fraud.csv')))
kinds = {r['kind'] for r in truth}
if wanted == 'all': assert sanitized or len(kinds) == 8, kinds
else: assert kinds <= {wanted} and (kinds or sanitized), kinds
planted = {tuple(r[k] for k in KEYS): r for r in truth if r['table'] == 'ER_PRS_F'}
stays = {(r['table'][5:7], r['ETA_NUM'], r['RSA_NUM']): r for r in truth if r['table'] != 'ER_PRS_F'}
assert len(planted) + len(stays) == len(truth), 'a key twice in the truth'

extra = collections.defaultdict(list)
names = {os.path.relpath(f, d) for d in (none, raw) for f in glob.glob(d + '/**/*.csv', recursive=True)}
for name in sorted(n for n in names if 'sim_truth' not in n):
    a, b = lines(f'{none}/{name}'), lines(f'{raw}/{name}')
    head = (b or a)[0].split(';')
    short = os.path.basename(name)
    if short.startswith('ER_'):
        before = collections.Counter(a)
        left = before - collections.Counter(b)
        assert not left, (name, 'an honest line has changed', list(left)[:2])
        for x in (collections.Counter(b) - before).elements():
            if x.split(';') != head: extra[short[:8]].append(dict(zip(head, x.split(';'))))
    elif short == 'IR_BEN_R.csv':
        cut = [head.index('BEN_TOP_CNS'), head.index('MAX_TRT_DTD')]
        assert len(a) == len(b)
        for x, y in zip(a, b):
            if x == y: continue
            x, y = x.split(';'), y.split(';')
            assert x[cut[0]] <= y[cut[0]] and day(x[cut[1]]) < day(y[cut[1]])
            for c in cut: x[c] = y[c] = ''
            assert x == y, (x, y)
    elif short.startswith('T_MCO'):
        year, kind = short[5:7], short[7:-4]
        key = lambda x: (year, *x.split(';')[:2])
        if kind == 'D': # associated diagnoses: one or two more for the stays of the truth
            more = collections.Counter(b) - collections.Counter(a)
            assert not collections.Counter(a) - collections.Counter(b)
            assert all(key(x) in stays for x in more), name
            extra['D'] += [key(x) for x in more]
            continue
        assert len(a) == len(b), name
        for x, y in zip(a, b):
            if x == y: continue
            assert kind == 'B' and key(y) in stays, (name, x, y)
            x, y = dict(zip(head, x.split(';'))), dict(zip(head, y.split(';')))
            assert x['GRG_GHM'][:5] == y['GRG_GHM'][:5] and x['GRG_GHM'] <= y['GRG_GHM'] <= x['GRG_GHM'][:5] + '4'
            assert int(y['NBR_DGN']) - int(x['NBR_DGN']) in (1, 2)
            for c in ('GRG_GHM', 'NBR_DGN'): x[c] = y[c]
            assert x == y
            extra['B'].append((year, y['ETA_NUM'], y['RSA_NUM']))
    elif name == 'DA_PRA_R.csv': assert set(a) <= set(b), name # who bills for the planted ones is listed too
    else: assert a == b, name
for name in ('person', 'event_cause', 'truth', 'pairs'):
    assert lines(f'{none}/sim_truth/{name}.csv') == lines(f'{raw}/sim_truth/{name}.csv'), name
assert set(extra['B']) == set(extra['D']) == set(stays)

# the planted lines: keys, prices, dates
key = lambda r: tuple(r[k] for k in KEYS)
found = {key(r): r for r in extra['ER_PRS_F']}
assert len(found) == len(extra['ER_PRS_F']) and found.keys() == planted.keys(), 'planted lines and truth differ'
idt = {r['BEN_NIR_PSA']: r for r in table(raw + '/IR_BEN_R.csv')}
boxes = {key(r): r for r in extra['ER_PHA_F']}
assert len(boxes) == len(extra['ER_PHA_F']) and boxes.keys() <= found.keys() and not extra['ER_CAM_F']
packs = {r[c] for r in table(raw + '/IR_PHA_R.csv') for c in ('PHA_CIP_C13', 'PHA_PRS_IDE')}
span = {(r['kind'], r['why'], r['actor_kind'], r['actor']): (day(r['from']), day(r['to'])) for r in actors}
sums = collections.defaultdict(lambda: [0, 0, set()])
for k, t in planted.items():
    r = found[k]
    assert cents(r['PRS_PAI_MNT']) == cents(t['amount'])
    assert idt[r['BEN_NIR_PSA']]['BEN_IDT_ANO'] == t['person']
    care = day(r['EXE_SOI_DTD'])
    low, high = span[t['kind'], t['why'], t['actor_kind'], t['actor']]
    assert low <= care < high and care.weekday() < 6 and dt.date(2009, 1, 1) <= care <= dt.date(2011, 12, 31)
    assert care <= day(r['FLX_TRT_DTD']) < day(r['FLX_DIS_DTD'])
    death = day(idt[r['BEN_NIR_PSA']]['BEN_DCD_DTE'])
    assert death.year == 1600 or care < death or t['kind'] == 'impossible_billing'
    if k in boxes:
        b = boxes[k]
        assert (b['PHA_PRS_C13' if b['PHA_PRS_C13'] != '0' else 'PHA_PRS_IDE'] in packs or b['PHA_PRS_IDE'][:4] == '9997') and b['PHA_ACT_QSN'] == r['PRS_ACT_QTE'] and r['PSE_ACT_NAT'] == '50'
        assert cents(r['PRS_PAI_MNT']) == int(b['PHA_ACT_QSN']) * cents(b['PHA_ACT_PRU'])
    else: assert r['PFS_EXE_NUM'] == r['PFS_PRE_NUM'] and r['PRS_NAT_REF'] in ('1111', '1211')
    if t['actor_kind'] == 'pharmacy': assert r['PFS_EXE_NUM'] == t['actor']
    if t['actor_kind'] == 'prescriber': assert r['PFS_PRE_NUM'] == t['actor']
    if t['actor_kind'] == 'person': assert t['person'] == t['actor']
    assert (int(r['PRS_ACT_QTE']) < 0) <= (t['why'] == 'sent_again')
for t in truth:
    who = [(t['actor_kind'], t['actor'])]
    if t['partner']: who += [('pharmacy', t['partner']), ('person', t['person'])]
    for kind, actor in who:
        s = sums[t['kind'], t['why'], kind, actor]
        s[0] += 1
        s[1] += cents(t['amount'])
        s[2].add(t['person'])
told = {(r['kind'], r['why'], r['actor_kind'], r['actor']): [int(r['extra_lines']), cents(r['extra_amount']), int(r['persons'])] for r in actors}
assert told == {k: [a, b, len(c)] for k, (a, b, c) in sums.items()}, 'fraud.csv is not the sum of fraud_lines.csv'
for r in actors: assert day(r['from']) < day(r['to'])

# what each kind is
def honest(*columns):
    for f in glob.glob(none + '/DCIR/ER_PRS_F_*.csv'):
        for r in table(f): yield tuple(r[c] for c in columns)
mine = lambda kind: [(found[k], t) for k, t in planted.items() if t['kind'] == kind]
if wanted == 'phantom_dispensing':
    known = set(honest('BEN_NIR_PSA', 'PFS_PRE_NUM'))
    met = [(r['BEN_NIR_PSA'], r['PFS_PRE_NUM']) in known for r, t in mine(wanted)]
    assert sum(met) < 0.1 * len(met), 'the persons know the prescriber'
if wanted == 'duplicate_billing':
    same = collections.Counter(honest('BEN_NIR_PSA', 'EXE_SOI_DTD', 'PFS_EXE_NUM', 'PRS_NAT_REF', 'PRS_PAI_MNT'))
    near = collections.Counter(honest('BEN_NIR_PSA', 'PFS_EXE_NUM', 'PRS_NAT_REF', 'PRS_PAI_MNT'))
    twice = [same[r['BEN_NIR_PSA'], r['EXE_SOI_DTD'], r['PFS_EXE_NUM'], r['PRS_NAT_REF'], r['PRS_PAI_MNT']] > 0 for r, t in mine(wanted)]
    assert all(near[r['BEN_NIR_PSA'], r['PFS_EXE_NUM'], r['PRS_NAT_REF'], r['PRS_PAI_MNT']] for r, t in mine(wanted))
    assert 0.4 < sum(twice) / len(twice) < 0.85 or sanitized, 'on the same day of care'
if wanted == 'doctor_shopping':
    per = collections.defaultdict(set)
    for r, t in mine(wanted): per[t['actor']].add(r['PFS_PRE_NUM'])
    assert sanitized or max(map(len, per.values())) >= 5 and len(per) > 3
if wanted == 'impossible_billing':
    late = sum(day(r['EXE_SOI_DTD']) >= day(idt[r['BEN_NIR_PSA']]['BEN_DCD_DTE']) > dt.date(1700, 1, 1) for r, t in mine(wanted))
    assert sanitized or late > 0, 'nobody billed after death'
print(wanted, len(truth))
P
python3 check.py none all all ${SANITIZED:+sanitized} || die "truth and raw tables of all kinds"
ok "all kinds: planted lines are the truth's, amounts and sums agree, honest lines and lives unchanged"

body() { sort all/sim_truth/fraud_lines.csv | awk -F, -v k="$1" '$1 == k { print $1,$2,$4,$5,$6,$8,$18,$19 }' | sort; }
for kind in phantom_dispensing outlier_prescriber doctor_shopping duplicate_billing impossible_billing upcoded_stays ring innocent; do
    make_one "only" $kind
    python3 check.py none only $kind ${SANITIZED:+sanitized} || die "$kind"
    body $kind >want
    awk -F, 'NR > 1 { print $1,$2,$4,$5,$6,$8,$18,$19 }' only/sim_truth/fraud_lines.csv | sort >got
    expect_same want got
    rm -rf only
    ok "$kind alone: only its lines, and the same as among the others"
done

# shellcheck disable=SC2086
must simulate -o dirtyplain $base --dirt all
must simulate -o dirty $base --dirt all --fraud all
python3 check.py dirtyplain dirty all sanitized || die "frauds in dirty tables"
rm -rf dirtyplain
ok "the dirt of honest lines does not move"

HUNE_KEY=0123456789abcdef0123456789abcdef must ingest all -o store --source snds --quiet
expect_file store/store.json
rejected=$(json store/ingest.json 'sum(sum(t["rejected"].values()) for t in d["tables"])')
HUNE_KEY=0123456789abcdef0123456789abcdef must ingest none -o clean --source snds --quiet
was=$(json clean/ingest.json 'sum(sum(t["rejected"].values()) for t in d["tables"])')
[ "$rejected" -le $((was + $(wc -l <all/sim_truth/fraud_lines.csv))) ] || die "ingestion rejects $rejected rows, $was without frauds"
ok "ingestion takes the folder ($rejected rows rejected, $was without frauds)"

run simulate -o bad --persons 10 --fraud theft; expect_status 2
expect_err_has "unknown fraud 'theft'; fraud is none, all or some of phantom_dispensing, outlier_prescriber, "
run simulate -o bad --persons 10 --fraud ,; expect_status 2; expect_err_has "the list of frauds is empty"
expect_absent bad
ok "an unknown kind is named"
