#!/bin/sh
# Leaves third_party/charts/dist/charts.js. Does nothing when it is there and its sources are
# unchanged, so it works offline once built; else it needs node 18 or newer, npm and the registry.
set -eu
cd "$(dirname "$0")"
mkdir -p dist
exec 9>dist/lock
flock 9 # two builds may start at once; the second one finds the work done

want=$(cat package-lock.json charts.js build.mjs | sha256sum | cut -d' ' -f1)
if [ -s dist/charts.js ] && [ "$(cat dist/stamp 2>/dev/null)" = "$want" ]; then
    exit 0
fi

for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "third_party/charts: '$tool' not found; install it (Debian: apt-get install nodejs npm)" >&2
        exit 1
    }
done
echo "third_party/charts: bundling Apache ECharts (npm packages of package-lock.json)" >&2
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
rm -f dist/charts.js dist/stamp
node build.mjs
# The bundle is put inside a <script>: nothing in it may end that element or open a comment.
if grep -qiE '</script|<!--' dist/charts.js.part; then
    echo "third_party/charts: the bundle holds '</script' or '<!--' and cannot stand inside a page" >&2
    exit 1
fi
mv dist/charts.js.part dist/charts.js
echo "$want" >dist/stamp
