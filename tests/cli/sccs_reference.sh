# The 48 standard models of the reference folder: estimates, standard errors, both log-likelihoods and
# the number of intervals, to 1e-6. Prints the worst difference.
set -eu
. "$ROOT/tests/lib.sh"
[ -n "$SHARED" ] && [ -e "$SHARED/reference/sccs/specs.json" ] || skip "no reference folder"

cat >check.py <<'PY'
import csv, json, os, re, subprocess, sys
shared, hune = os.environ['SHARED'], os.environ['HUNE']
ref, data = shared + '/reference/sccs/', shared + '/data/sccs/'
models = {r['model_id']: r for r in csv.DictReader(open(ref + 'models.csv'))}
expected = {}
for f in os.listdir(ref + 'expected'):
    if f not in ('curves.csv', 'samplesize.csv'):
        for r in csv.DictReader(open(ref + 'expected/' + f)):
            expected.setdefault(r['model_id'], []).append(r)
number = lambda s: float(s) if s not in ('', 'NA', None) else None
worst, bad, done, terms = ('', 0.0), 0, 0, 0
for spec in json.load(open(ref + 'specs.json')):
    if spec['method'] != 'standardsccs':
        continue
    done, name = done + 1, spec['id']
    table = re.search(r'[a-z]+dat\b', spec['data']).group(0)
    run = subprocess.run([hune, 'sccs', data + table + '.csv', '--spec', ref + 'specs.json', '--id', name, '--json'],
                         capture_output=True, text=True)
    if run.returncode:
        print(name, 'exit', run.returncode, run.stderr.strip())
        bad += 1
        continue
    got, m, errors = json.loads(run.stdout), models[name], []
    coef = {c['term']: c for c in got['coefficients']}
    def compare(what, a, b):
        global worst
        if a is None or b is None:
            errors.append('%s: %s, wanted %s' % (what, a, b))
            return
        if abs(a - b) > worst[1]:
            worst = (name + ' ' + what, abs(a - b))
        if abs(a - b) > 1e-6:
            errors.append('%s: %.12g, wanted %.12g' % (what, a, b))
    compare('loglik', got['loglik'], number(m['loglik']))
    compare('loglik_null', got['loglik_null'], number(m['loglik_null']))
    if got['intervals'] != int(m['n_rows']):
        errors.append('%d intervals, wanted %s' % (got['intervals'], m['n_rows']))
    wanted = expected[name]
    for r in wanted:
        c = coef.pop(r['term'], None)
        terms += 1
        if c is None:
            errors.append('no term ' + r['term'])
        elif not r['flag']:
            if c['flag'] is not None:
                errors.append('%s is flagged %s' % (r['term'], c['flag']))
            for ours, theirs in (('estimate', 'estimate'), ('std_error', 'std_error'), ('lo95', 'lo95'), ('hi95', 'hi95')):
                compare(r['term'] + ' ' + ours, c[ours], number(r[theirs]))
    errors += ['unasked term ' + t for t in coef]
    if errors:
        bad += 1
        print(name, *errors[:6], sep='\n    ')
print('%d models, %d terms, worst difference %.3g (%s)' % (done, terms, worst[1], worst[0]))
sys.exit(bad > 0 or done != 48)
PY
python3 check.py >log 2>&1 || { cat log; die "the reference is not met"; }
cat log
ok "48 standard models agree with the reference to 1e-6"
