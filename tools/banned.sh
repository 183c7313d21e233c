#!/usr/bin/env bash
# banned.sh - calls that the product does not make: style, "Threads, and the same answer twice". One count per rule.
set -euo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
# rule WHERE-NOT(regex or -) CALLS(regex) WHY
rule() {
    local found
    # Comments and strings are taken out first, so that a sentence may name what it avoids.
    found=$(git ls-files -co --exclude-standard 'src/*.c' 'src/*.h' | grep -vE "$1" | while read -r f; do
        [ -e "$f" ] || continue
        tools/strip.py "$f" | grep -nE "(^|[^A-Za-z0-9_>.])($2)[[:space:]]*\(" | sed "s|^|$f:|" || true
    done)
    if [ -z "$found" ]; then passed=$((passed + 1)); return; fi
    failed=$((failed + 1))
    echo "$found"
    echo "    banned: $3"
}
rule '^$' 'rand|srand|random|drand48|rand_r' 'random numbers come from hu_rng (seed, stream, person, draw)'
rule '^$' 'strtok|localtime|gmtime|ctime|asctime|setenv|putenv|lgamma|lgammaf|signgam' 'hidden global state; use the _r form or a hu_ function'
rule '^$' 'strtod|strtof|atof|atoi|atol|scanf|fscanf|setlocale' 'follows the locale or hides errors: hu_parse_f64, hu_parse_i64'
rule '^src/cli/' 'sscanf' 'follows the locale (the command never sets one): hu_parse_f64, hu_parse_i64'
rule '^$' 'qsort|qsort_r' 'ties are free to move: hu_sort is stable'
rule '^$' 'sprintf|vsprintf|strcpy|strcat|gets' 'no bound: snprintf, memcpy'
rule '^src/cli/' 'printf|vprintf|puts|putchar|perror' 'the library never prints'
rule '^src/cli/main.c$' 'exit|_exit|abort|signal|sigaction|atexit' 'the library never exits or installs handlers'
rule '^src/base/pool.c$' 'pthread_create|fork|system|popen' 'only the pool makes threads, nobody starts processes'
rule '^$' 'socket|connect|getaddrinfo|curl_easy_init' 'no network'
rule '^src/(base|cli)/' 'time|gettimeofday' 'the clock is not an input; timings come from base'
echo "$passed passed, $failed failed"
[ $failed = 0 ]
