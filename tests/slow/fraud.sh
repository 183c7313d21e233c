# The planted frauds can be found, and not by one look: the figure on which a screen would rank the actors puts most culprits of each
# kind high, none of them all, and some of those who stand beside them are the innocent look-alikes.
set -eu
. "$ROOT/tests/lib.sh"
n=${PERSONS:-100000}
must simulate -o raw --persons "$n" --seed 4 --fraud all --from 2009-01-01 --to 2011-12-31 --rate-scale 2 --quiet
cat >peers.py <<'P'
import bisect, collections, csv, glob, sys
raw = sys.argv[1]
rows = lambda f, d=';': csv.DictReader(open(f), delimiter=d)
atc = {r['PHA_CIP_C13']: r['PHA_ATC_C07'] for r in rows(raw + '/IR_PHA_R.csv')}
idt = {r['BEN_NIR_PSA']: r['BEN_IDT_ANO'] for r in rows(raw + '/IR_BEN_R.csv')}
planted = {';'.join(r[8:17]) for r in csv.reader(open(raw + '/sim_truth/fraud_lines.csv'))}
truth, innocent = collections.defaultdict(set), collections.defaultdict(set)
for r in rows(raw + '/sim_truth/fraud.csv', ','):
    (innocent[r['actor_kind']] if r['kind'] == 'innocent' else truth[r['kind'], r['actor_kind']]).add(r['actor'])
Count = collections.Counter
sold, money, ordered, honest, acts, day, twice, pair, psycho = (Count() for _ in range(9))
clients, panel, sources = (collections.defaultdict(set) for _ in range(3))
for f in sorted(glob.glob(raw + '/DCIR/ER_PRS_F_*.csv')):
    code = {}
    for l in open(f.replace('PRS', 'PHA')):
        p = l.split(';')
        code[';'.join(p[:9])] = atc.get(p[10], '')
    lines = open(f)
    c = {x: i for i, x in enumerate(next(lines).rstrip('\n').split(';'))}
    psa, when, who, by, qty, euros, nat = (c[x] for x in ('BEN_NIR_PSA', 'EXE_SOI_DTD', 'PFS_EXE_NUM', 'PFS_PRE_NUM', 'PRS_ACT_QTE', 'PRS_PAI_MNT', 'PRS_NAT_REF'))
    for l in lines:
        p = l.rstrip('\n').split(';')
        k = ';'.join(p[:9])
        drug = code.get(k)
        if drug is None:
            acts[p[who]] += 1
            day[p[who], p[when]] += 1
            panel[p[who]].add(p[psa])
            continue
        sold[p[who]] += 1
        money[p[who]] += float(p[euros])
        ordered[p[by]] += 1
        if k not in planted: honest[p[who]] += 1; honest['by', p[by]] += 1
        clients[p[who]].add(p[psa])
        panel[p[by]].add(p[psa])
        pair[p[by], p[who]] += 1
        if drug.startswith(('N05B', 'N05C', 'N02A')): sources[idt[p[psa]], p[when][6:]].add(p[by])
        twice[hash((p[psa], p[when], p[who], drug, p[euros]))] += 1
        if twice[hash((p[psa], p[when], p[who], drug, p[euros]))] == 2: twice['of', p[who]] += 1
busiest, tied, shops = Count(), Count(), Count()
for (who, _), v in day.items(): busiest[who] = max(busiest[who], v)
for (by, who), v in pair.items(): tied[by] = max(tied[by], v * v / ordered[by] / sold[who])
for (person, _), v in sources.items(): shops[person] = max(shops[person], len(v))
level = collections.defaultdict(list)
for f in glob.glob(raw + '/PMSI/T_MCO??B.csv'):
    for r in rows(f):
        if r['GRG_GHM'][5] in '1234': level[r['ETA_NUM']].append(int(r['GRG_GHM'][5]))
pharmacies = [x for x in sold if len(clients[x]) >= 8]
doctors = [x for x in panel if x[2] == '1' and len(panel[x]) >= 8]
quantile = lambda v, q: sorted(v)[int(q * (len(v) - 1))]
failed = []
print('kind, figure: AUC; culprits / peers; 10, 50, 90 % of culprits against those of peers; innocents among as many at the top')
def show(kind, actor, figure, score, among, low=0.6, high=0.995):
    bad = [score(x) for x in among if x in truth[kind, actor]]
    good = sorted(score(x) for x in among if x not in truth[kind, actor])
    if len(bad) < 5: print(f'{kind}, {figure}: only {len(bad)} culprits'); return
    auc = sum(bisect.bisect_left(good, v) + bisect.bisect_right(good, v) for v in bad) / 2 / len(bad) / len(good)
    top = sorted(among, key=score, reverse=True)[:len(bad)]
    print(f'{kind}, {figure}: {auc:.3f}; {len(bad)} / {len(good)}; ' + ', '.join(f'{quantile(bad, q):.3g}' for q in (.1, .5, .9)) + ' against ' +
          ', '.join(f'{quantile(good, q):.3g}' for q in (.1, .5, .9)) + f'; {sum(x in innocent[actor] and x not in truth[kind, actor] for x in top)}')
    if not low <= auc <= high: failed.append((kind, figure, auc))
show('phantom_dispensing', 'pharmacy', 'volume beside the honest one', lambda x: sold[x] / max(1, honest[x]), pharmacies, 0.8, 1)
show('phantom_dispensing', 'pharmacy', 'euros a line', lambda x: money[x] / sold[x], pharmacies)
show('outlier_prescriber', 'prescriber', 'volume beside the honest one', lambda x: ordered[x] / max(1, honest['by', x]), doctors, 0.8, 1)
show('outlier_prescriber', 'prescriber', 'lines a person', lambda x: ordered[x] / len(panel[x]), doctors)
show('doctor_shopping', 'person', 'prescribers of psychotropics and opioids in a year', lambda x: shops[x], list(shops))
show('duplicate_billing', 'pharmacy', 'share of lines seen twice', lambda x: twice['of', x] / sold[x], pharmacies)
show('impossible_billing', 'prescriber', 'busiest day beside the panel', lambda x: busiest[x] / len(panel[x]), doctors)
show('upcoded_stays', 'hospital', 'mean severity', lambda x: sum(level[x]) / len(level[x]), [h for h in level if len(level[h]) >= 10])
show('ring', 'prescriber', 'weight of the first pharmacy', lambda x: tied[x], doctors)
print('failed', failed)
sys.exit(bool(failed))
P
python3 peers.py raw || die "a kind of fraud is too easy or cannot be found"
ok "each kind stands out from its peers, and none without error"
