#!/usr/bin/env python3
"""strip.py FILE: C source with comments and the insides of strings blanked, line numbers kept."""
import re
import sys

text = open(sys.argv[1], encoding='utf-8').read()
pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
sys.stdout.write(pattern.sub(lambda m: re.sub(r'[^\n]', ' ', m.group(0)), text))
