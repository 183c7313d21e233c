#!/usr/bin/env python3
"""Fail on any #include that tools/rooms.txt does not allow. Ends with `N passed, N failed` (one per file)."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
allowed = {}
for line in (root / 'tools/rooms.txt').read_text().splitlines():
    line = line.split('#')[0].strip()
    if line:
        name, _, rest = line.partition(':')
        allowed[name.strip()] = set(rest.split())
rooms = [n for n in allowed if not n.endswith('.h')]
libraries = {n: users for n, users in allowed.items() if n.endswith('.h')}
public = {'err': 'base', 'context': 'base'}


def room_of(path):
    """'source/snds/ingest.h' -> 'source/snds'; the longest room that is a prefix."""
    best = [r for r in rooms if path == r or path.startswith(r + '/')]
    return max(best, key=len) if best else None


def public_room(name):
    """hune/NAME.h -> its room; a header named after a command (ingest, describe) says so in its first lines."""
    stem = name[len('hune/'):-len('.h')]
    if stem in public:
        return public[stem]
    text = (root / 'include' / name).read_text() if (root / 'include' / name).exists() else ''
    said = re.search(r'^/\* room: (\S+)', text, re.M)
    return said.group(1) if said else next((r for r in rooms if r.split('/')[-1] == stem), stem)


def complaint(room, include, text):
    if include.startswith('hune/') or include == 'hune.h':
        if room == 'cli' or include == 'hune.h':
            return None if room == 'cli' else 'only programs include all of hune.h'
        owner = public_room(include)
        return None if owner == room or owner in allowed[room] else 'public header of room ' + owner
    if include in libraries:
        return None if room in libraries[include] else include + ' belongs to: ' + ' '.join(sorted(libraries[include]))
    owner = room_of(include)
    if owner is None:
        if '/' in include and text == '"':
            return 'no such room'
        return None                      # the C library, or a file of the same folder
    return None if owner == room or owner in allowed[room] else 'room ' + owner


passed = failed = 0
for path in sorted(root.glob('src/**/*.[ch]')):
    name = path.relative_to(root / 'src').as_posix()
    room = room_of(name)
    bad = ['in no room of tools/rooms.txt'] if room is None else []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        why = found and room and complaint(room, found.group(2), found.group(1))
        if why:
            bad.append('line %d includes %s (%s)' % (number, found.group(2), why))
    for b in bad:
        print('src/%s: room %s may not: %s' % (name, room, b))
    passed, failed = passed + (not bad), failed + bool(bad)
for path in sorted((root / 'include').glob('**/*.h')):
    bad = [i for i in re.findall(r'#\s*include\s*["<]([^">]+)', path.read_text())
           if '/' in i and not i.startswith(('hune/', 'sys/'))]
    for b in bad:
        print('%s: a public header includes %s' % (path.relative_to(root), b))
    passed, failed = passed + (not bad), failed + bool(bad)
print('%d passed, %d failed' % (passed, failed))
sys.exit(failed > 0)
