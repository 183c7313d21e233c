#!/usr/bin/env python3
"""Calls that the product does not make (style: the same answer twice). One count per rule.

Comments and the insides of strings are blanked first, so that a sentence may name what it avoids.
"""
import pathlib
import re
import sys

RULES = [  # files that may (regex), calls (regex), why
    ('$.', 'rand|srand|random|drand48|rand_r', 'random numbers come from hu_rng (seed, stream, person, draw)'),
    ('$.', 'strtok|localtime|gmtime|ctime|asctime|setenv|putenv|lgammaf?|signgam',
     'hidden global state; use the _r form or a hu_ function'),
    ('$.', 'strtod|strtof|atof|atoi|atol|f?scanf|setlocale', 'follows the locale or hides errors: hu_parse_f64, hu_parse_i64'),
    ('cli/', 'sscanf', 'follows the locale, which only the command knows it never sets: hu_parse_f64, hu_parse_i64'),
    ('$.', 'qsort(_r)?', 'ties are free to move: hu_sort is stable'),
    ('$.', 'v?sprintf|strcpy|strcat|gets', 'no bound: snprintf, memcpy'),
    ('cli/', 'v?printf|puts|putchar|perror', 'the library never prints'),
    ('cli/main.c', 'exit|_exit|abort|signal|sigaction|atexit', 'the library never exits or installs handlers'),
    ('base/pool.c', 'pthread_create|fork|system|popen', 'only the pool makes threads, nobody starts processes'),
    ('$.', 'socket|connect|getaddrinfo', 'no network'),
]
BLANK = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

root = pathlib.Path(__file__).resolve().parent.parent / 'src'
text = {p.relative_to(root).as_posix(): BLANK.sub(lambda m: re.sub(r'[^\n]', ' ', m.group(0)), p.read_text())
        for p in sorted(root.glob('**/*.[ch]'))}
failed = 0
for may, calls, why in RULES:
    call = re.compile(r'(?<![\w.>])(?:%s)\s*\(' % calls)
    found = ['src/%s:%d: %s' % (name, n, line.strip()) for name, body in text.items() if not re.match(may, name)
             for n, line in enumerate(body.splitlines(), 1) if call.search(line)]
    if found:
        print('\n'.join(found), '    banned: ' + why, sep='\n')
    failed += bool(found)
# stdio on the program's own streams is printing by another name.
for name, body in text.items():
    for n, line in enumerate(body.splitlines(), 1):
        if not name.startswith('cli/') and re.search(r'\b(stdout|stderr)\b', line):
            print('src/%s:%d: %s\n    banned: the library never prints' % (name, n, line.strip()))
            failed += 1
print('%d passed, %d failed' % (len(RULES) + 1 - min(failed, len(RULES) + 1), failed))
sys.exit(failed > 0)
