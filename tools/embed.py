"""Turn data files into one C file: const char *hu_embed_ROOM(const char *name, size_t *len), and
hu_embed_ROOM_name(i), the name of file i or NULL after the last.

usage: embed.py ROOM OUT.c FILE...      (a file's name is its basename; NUL-terminated, len without)
"""
import os, sys

room, out, files = sys.argv[1], sys.argv[2], sys.argv[3:]
names = [os.path.basename(f) for f in files]
assert len(set(names)) == len(names), 'two embedded files share a name'
with open(out, 'w') as c:
    c.write('#include <stddef.h>\n#include <string.h>\n')
    c.write('const char *hu_embed_%s(const char *name, size_t *len);\n' % room)
    for i, f in enumerate(files):
        data = open(f, 'rb').read()
        c.write('static const unsigned char f%d[] = {' % i)
        c.write(','.join(map(str, data + b'\0')))
        c.write('};\n')
    c.write('const char *hu_embed_%s(const char *name, size_t *len) {\n' % room)
    for i, n in enumerate(names):
        c.write('    if (!strcmp(name, "%s")) {\n        if (len) *len = sizeof f%d - 1;\n'
                '        return (const char *)f%d;\n    }\n' % (n, i, i))
    c.write('    return NULL;\n}\n')
    c.write('const char *hu_embed_%s_name(size_t i);\n' % room)
    c.write('const char *hu_embed_%s_name(size_t i) {\n    static const char *const names[] = {' % room)
    c.write(', '.join('"%s"' % n for n in names))
    c.write('};\n    return i < sizeof names / sizeof *names ? names[i] : NULL;\n}\n')
