# Acceptance tests 1 and 8 of the simulator: the same person whatever the threads, the number of persons, the shard, the company and
# the drugs beside, in the dirtiest world there is.
set -eu
. "$ROOT/tests/lib.sh"
n=${PERSONS:-6000}
world="--seed 12 --population elderly --rate-scale 5 --bias all --dirt all --fraud all --write-exposure --quiet"
hash() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum); }

# shellcheck disable=SC2086
must simulate -o one $world --persons "$n" --threads 1
for t in 2 7; do
    # shellcheck disable=SC2086
    must simulate -o more $world --persons "$n" --threads $t
    expect_equal "$(hash more)" "$(hash one)"
    rm -rf more
done
ok "equal hashes with 1, 2 and 7 threads, of all traps, dirt and frauds"

# Three shards of persons that do not end with a block: every row of the smaller run is one of the larger.
cat >part.py <<'P'
import collections, csv, glob, os, sys
part, whole, only = sys.argv[1], sys.argv[2], sys.argv[3:]
sums = ('pairs.csv', 'attributable.csv', 'oracle.csv', 'fraud.csv', 'emergency.csv', 'emergency_days.csv')
def lines(f): return collections.Counter(open(f, 'rb').read().splitlines()[1:]) if os.path.exists(f) else collections.Counter()
n = 0
for f in glob.glob(part + '/**/*.csv', recursive=True):
    name = os.path.relpath(f, part)
    if os.path.basename(f) in sums or (only and not any(x in name for x in only)): continue
    a, b = lines(f), lines(os.path.join(whole, name))
    missing = a - b
    assert not missing, (name, list(missing.items())[:2])
    n += sum(a.values())
assert n > 50, n
print(n, 'rows')
P
for m in 1 129 $((n / 3)); do
    # shellcheck disable=SC2086
    must simulate -o shard $world --persons $m
    python3 part.py shard one || die "$m persons are not the first of $n"
    rm -rf shard
done
ok "the first 1, 129 and $((n / 3)) of $n persons have the same rows"

found=0
for i in 7 $((n / 2)) $((n - 1)); do
    # shellcheck disable=SC2086
    must simulate -o alone $world --persons "$n" --person $i
    expect_lines 2 alone/sim_truth/person.csv
    python3 part.py alone one || die "person $i alone is another"
    # and nothing of this person is missing: as many lines of care under the own pseudonyms
    python3 - $i <<'P' || die "person $i alone lacks rows"
import csv, glob, sys
who = [r for r in csv.DictReader(open('one/sim_truth/person.csv')) if r['person'] == sys.argv[1]][0]['ben_idt_ano']
rows = lambda f: csv.DictReader(open(f), delimiter=';')
psa = {r['BEN_NIR_PSA'] for f in glob.glob('one/IR_BEN_R*.csv') for r in rows(f) if r['BEN_IDT_ANO'] == who}
count = lambda raw: sum(r['BEN_NIR_PSA'] in psa for f in glob.glob(raw + '/DCIR/ER_PRS_F_*.csv') for r in rows(f))
assert psa and count('alone') == count('one'), (count('alone'), count('one'))
P
    rm -rf alone
    found=$((found + 1))
done
ok "$found persons alone are the same as among others"

# shellcheck disable=SC2086
must simulate -o cases $world --persons "$n" --mode cases --outcomes HIP,UGIB,HF
python3 part.py cases one || die "cases are not a part of all"
python3 - <<'P' || die "cases are missing, or too many"
import csv
rows = lambda f: list(csv.DictReader(open(f)))
wanted = {r['person'] for r in rows('one/sim_truth/event_cause.csv') if r['outcome'] in ('HIP', 'UGIB', 'HF')}
assert wanted and wanted == {r['person'] for r in rows('cases/sim_truth/person.csv')}
# the oracle of cases: the same events, of these outcomes alone
mine = {(r['id'], r['step']): r for r in rows('cases/sim_truth/oracle.csv')}
all_ = {(r['id'], r['step']): r for r in rows('one/sim_truth/oracle.csv')}
assert mine and set(mine) == {k for k, r in all_.items() if r['outcome'] in ('HIP', 'UGIB', 'HF')}
assert all(r['events'] == all_[k]['events'] for k, r in mine.items())
e = lambda t: sum(float(t[k]['expected']) for k in mine if k[1] == 'all')
assert abs(e(mine) / e(all_) - 1) < 0.15, (e(mine), e(all_))
P
ok "cases: the persons of the full run with the outcomes, row by row, and their oracle"
rm -rf one cases

# World none: a drug that is left out changes nothing in any other, down to day and pack of each box.
cat >boxes.py <<'P'
import collections, csv, glob, sys
KEYS = 'FLX_DIS_DTD FLX_TRT_DTD FLX_EMT_TYP FLX_EMT_NUM FLX_EMT_ORD ORG_CLE_NUM DCT_ORD_NUM PRS_ORD_NUM REM_TYP_AFF'.split()
rows = lambda f, d=';': csv.DictReader(open(f), delimiter=d)
def boxes(raw):
    atc, out = {r['PHA_CIP_C13']: r['PHA_ATC_C07'] for r in rows(raw + '/IR_PHA_R.csv')}, collections.Counter()
    for f in glob.glob(raw + '/DCIR/ER_PRS_F_*.csv'):
        line = {tuple(r[k] for k in KEYS): r for r in rows(f) if r['PRS_NAT_REF'] in ('3311', '3313')}
        for r in rows(f.replace('PRS', 'PHA')):
            c = line[tuple(r[k] for k in KEYS)]
            drug = atc[r['PHA_PRS_C13']]
            if drug != sys.argv[3]: out[c['BEN_NIR_PSA'], c['EXE_SOI_DTD'], drug, r['PHA_PRS_C13'], r['PHA_ACT_QSN'], c['PFS_PRE_NUM'], c['PFS_EXE_NUM']] += 1
    return out
a, b = boxes(sys.argv[1]), boxes(sys.argv[2])
assert a == b and len(a) > 1000, (len(a), list((a - b).items())[:2], list((b - a).items())[:2])
eras = lambda raw: [r for r in rows(raw + '/sim_truth/exposure_true.csv', ',') if r['drug'] != sys.argv[3]]
assert eras(sys.argv[1]) == eras(sys.argv[2])
P
drugs=$(cut -d, -f1 "$ROOT/codes/simulate/sim_drugs.csv" | tail -n +2)
null="--seed 12 --truth none --bias none --write-exposure --quiet --persons $((n / 3))"
# shellcheck disable=SC2086
must simulate -o all $null
for out in N02BE01 C10AA05 J01CA04; do
    # shellcheck disable=SC2086
    must simulate -o less $null --drugs "$(echo "$drugs" | grep -v "^$out" | paste -sd, -)"
    python3 boxes.py all less $out || die "without $out other drugs differ"
    rm -rf less
done
ok "three drugs, each left out: no box and no exposure of another differs"
