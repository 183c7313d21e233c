# hune report: one page, whole or not at all; and, where a browser is at hand, that the page works.
set -eu
. "$ROOT/tests/lib.sh"

fixture=$ROOT/tests/data/report/results
cp -r "$fixture" results

must report results
expect_out_has "results/report.html"
expect_file results/report.html
ok "the page goes into the results folder by default"

must report results -o page.html
expect_same page.html results/report.html
must report results -o four.html --threads 4
expect_same page.html four.html
ok "the same results give the same bytes"

must report results -o fr.html --lang fr
grep -q '<html lang="fr">' fr.html
ok "the words can be French"

if grep -qE '</script><b>|<img src=x' page.html; then
    echo "a label became markup" >&2
    exit 1
fi
ok "labels are no markup"

if grep -oE '<(link|iframe|img|script)[^>]*(src|href)="?https?:' page.html; then exit 1; fi
ok "the page loads nothing"

run report nowhere -o bad.html
expect_status 1
expect_err_has "'nowhere' is not a folder"
expect_absent bad.html
mkdir empty
run report empty -o bad.html
expect_status 1
expect_err_has "no 'manifest.json' in 'empty'"
expect_absent bad.html
ok "a folder that holds no results is refused"

cp -r "$fixture" cut
head -c 300 results/pairs.parquet >cut/pairs.parquet
run report cut
expect_status 1
expect_err_has "cut/pairs.parquet"
expect_absent cut/report.html
expect_absent cut/.report.html.part
ok "a table cut short leaves no page"

echo old >page.html
run report cut -o page.html
expect_status 1
expect_equal "$(cat page.html)" old
ok "a failure leaves the older page alone"

run report results -o no/such/folder/page.html
expect_status 1
expect_err_has "no/such/folder"
run report results --lang klingon
expect_status 2
run report
expect_status 2
ok "wrong use is told"

# The page in a browser: a script at its end works it and leaves what it saw in the title.
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$browser" ] || skip "no browser to open the page with"
must report results -o page.html
cat >probe.html <<'PROBE'
<script>
addEventListener('load', () => setTimeout(() => {
  const rows = () => [...document.querySelectorAll('#ranked tbody tr')];
  const cell = (row, name) => row.querySelector('.c-' + name).textContent;
  const type = text => { const s = document.getElementById('search'); s.value = text; s.dispatchEvent(new Event('input')); };
  const pick = value => { const f = document.getElementById('filter'); f.value = value; f.dispatchEvent(new Event('change')); };
  const seen = [];
  seen.push('first=' + cell(rows()[0], 'drug') + '/' + cell(rows()[0], 'light') + '/' + cell(rows()[0], 'irr'));
  seen.push('masked=' + cell(rows().find(r => cell(r, 'drug').startsWith('drug b')), 'events'));
  pick('1'); seen.push('flagged=' + rows().length + '/' + cell(rows()[0], 'flag'));
  pick('all'); type('BOLD'); seen.push('found=' + rows().length + '/' + cell(rows()[0], 'drug'));
  type(''); document.querySelector('#ranked th[data-key=irr] button').click();
  seen.push('sorted=' + cell(rows()[0], 'irr') + '/' + document.querySelector('#ranked th[data-key=irr]').getAttribute('aria-sort'));
  seen.push('level=' + document.querySelector('#ranked th[data-key=interval]').textContent.replace(/\s/g, ' '));
  dispatchEvent(new Event('beforeprint'));
  seen.push('charts=' + [...document.querySelectorAll('.chart')].filter(c => c.querySelector('svg path')).length + '/' + document.querySelectorAll('.chart').length);
  seen.push('unlabelled=' + [...document.querySelectorAll('.chart')].filter(c => !c.getAttribute('aria-label')).length);
  seen.push('injected=' + document.querySelectorAll('td b, th b, h3 b, td img, th img').length);
  seen.push('wide=' + (document.documentElement.scrollWidth > innerWidth));
  document.title = 'SEEN ' + seen.join('; ');
}, 200));
</script>
PROBE
cat page.html probe.html >probed.html
"$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$TMP/profile" --virtual-time-budget=8000 --dump-dom "file://$PWD/probed.html" \
    >dom.html 2>browser.log || skip "the browser does not start here"
title=$(grep -o '<title>[^<]*' dom.html | head -n 1)
echo "$title" >&2
saw() { case $title in *"$1"*) ;; *) echo "wanted: $1" >&2; exit 1 ;; esac; }
saw 'first=drug a X00AA00/▲Signal/2.40'
saw 'masked=&lt;11'
saw 'flagged=1/pre‑exposure'
saw 'found=5/&lt;/script&gt;&lt;b&gt;bold &amp; "quoted" X03AA03'
saw 'sorted=2.40/descending'
saw 'level=90 % interval'
saw 'charts=7/7'
saw 'unlabelled=0'
saw 'injected=0'
saw 'wide=false'
ok "the page works in a browser"
