#!/usr/bin/env bash
# Time and memory of an ingestion: claim rows per second and peak resident memory, median of RUNS runs. A claim row is a row of any
# raw table. Two folders of different size show that memory does not grow with the input.
#   bench/ingest.sh [RAW RAW2...]              without a folder, the demo's
set -eu
[ $# -ge 1 ] || set -- demo/raw
[ -d "$1" ] || { echo "bench/ingest.sh: no folder '$1': run make demo first" >&2; exit 2; }
HUNE=${HUNE:-build/hune}
RUNS=${RUNS:-3}
MEMORY=${MEMORY:-1GB}
THREADS=${THREADS:-2}
export HUNE_KEY=${HUNE_KEY:-0123456789abcdef0123456789abcdef}
out=$(mktemp -d "${TMPDIR:-/tmp}/bench-ingest.XXXXXX")
trap 'rm -rf "$out"' EXIT
for raw in "$@"; do
    python3 - "$HUNE" "$raw" "$out" "$RUNS" "$MEMORY" "$THREADS" <<'P'
import json, os, resource, shutil, statistics as st, subprocess, sys, time
hune, raw, out, runs, memory, threads = sys.argv[1:]
seconds, peaks = [], []
for _ in range(int(runs)):
    store = os.path.join(out, 'store')
    shutil.rmtree(store, ignore_errors=True)
    start = time.monotonic()
    child = subprocess.Popen([hune, 'ingest', raw, '-o', store, '--source', 'snds', '--memory', memory, '--threads', threads, '--quiet'],
                             stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status: sys.exit(f'ingest of {raw} failed')
    seconds.append(time.monotonic() - start)
    peaks.append(usage.ru_maxrss / 1024)
d = json.load(open(os.path.join(store, 'ingest.json')))
size = sum(f['bytes'] for f in d['files']) / 1e6
s = st.median(seconds)
print(f"{raw}: {d['persons']} persons, {d['rows_in']} rows, {size:.0f} MB, {d['events_written']} events; --memory {memory} --threads {threads}")
print(f"  median {s:.1f} s (min {min(seconds):.1f}, max {max(seconds):.1f}): {d['rows_in'] / s:.0f} rows/s, {size / s:.0f} MB/s; "
      f"peak memory {st.median(peaks):.0f} MB")
P
done
