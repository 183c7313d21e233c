# hune sccs: flags, specification, and what bad input gets.
set -eu
. "$ROOT/tests/lib.sh"

# Ten people watched for 100 days, exposed on day 32 for 10 days, 6 events inside: ratio 13.5.
{
    echo "id,a,b,ev,drug"
    for i in 1 2 3 4 5 6; do echo "$i,1,100,36,32"; done
    for i in 7 8 9 10; do echo "$i,1,100,80,32"; done
} >ten.csv
flags="--person id --start a --end b --event ev --exposure drug"

must sccs ten.csv $flags --risk 0-9
expect_out_has "drug1     13.500         3.81 to 47.8"
expect_out_has "10 events, 30 intervals"
ok "flags give a table to read"

cat >spec.json <<'J'
{"id": "ten", "formula": "event ~ drug", "indiv": "id", "astart": "a", "aend": "b", "aevent": "ev",
 "adrug": [[{"col": "drug"}]], "aedrug": [[{"col": "drug", "offset": 9}]]}
J
must sccs ten.csv --spec spec.json --json
expect_equal "$(json out 'd["model_id"], round(d["coefficients"][0]["estimate"], 9), d["coefficients"][0]["flag"], d["end"]')" "('ten', 2.602689685, None, 'ok')"
expect_equal "$(json out 'sorted(d["coefficients"][0])')" "['estimate', 'flag', 'hi95', 'lo95', 'std_error', 'term']"
cp out first
must sccs ten.csv $flags --risk 0-9 --json
sed 's/"model"/"ten"/' out >second
expect_same first second
ok "the specification and the flags give the same numbers"

must sccs ten.csv $flags --risk 0-4,5-9,10-19 --json
expect_equal "$(json out '[(c["term"], c["flag"], c["estimate"] is None) for c in d["coefficients"] if c["flag"]]')" "[('drug2', 'separated', True), ('drug3', 'separated', True)]"
ok "a window without events is separated, and has no number"

tr ',' ';' <ten.csv >semi.csv
must sccs semi.csv --spec spec.json --json
expect_same first out
gzip -kc ten.csv >ten.csv.gz
must sccs ten.csv.gz --spec spec.json --json
expect_same first out
ok "semicolons and gzip are read"

fails() { # TEXT-OF-ERROR ARGS...
    local text=$1
    shift
    run sccs "$@"
    expect_status 1
    expect_err_has "$text"
    expect_equal "$(wc -c <out)" 0
}
fails "no file 'nowhere.csv'" nowhere.csv --spec spec.json
fails "no file 'nowhere.json'" ten.csv --spec nowhere.json
sed 's/ev,/event,/' ten.csv >renamed.csv
fails "column 'ev' (event, aevent) not found in 'renamed.csv' (have 'id', 'a', 'b', 'event', 'drug')" renamed.csv --spec spec.json
sed 's/^3,1,100,36/3,1,100,3x6/' ten.csv >number.csv
fails "'number.csv' line 4, column 'ev': '3x6' is not a whole number of days" number.csv --spec spec.json
sed 's/^3,1,100,36/3,1,100,/' ten.csv >missing.csv
fails "'missing.csv' line 4, column 'ev': 'NA' is not a whole number of days" missing.csv --spec spec.json
sed 's/^4,1,100,36/4,2010-02-30,100,36/' ten.csv >date.csv
fails "'date.csv' line 5, column 'a': '2010-02-30' is not a whole number of days" date.csv --spec spec.json
sed 's/^3,1,100/3,200,100/' ten.csv >turned.csv
fails "'turned.csv' line 4: observed from day 200 ('a') until day 100 ('b')" turned.csv --spec spec.json
: >empty.csv
fails "'empty.csv' is empty" empty.csv --spec spec.json
head -n 1 ten.csv >header.csv
fails "'header.csv' has a header and no rows" header.csv --spec spec.json
head -c 100 ten.csv | sed '$s/,[^,]*$//' >cut.csv
fails "the header has 5" cut.csv --spec spec.json
ok "a bad table gives one error with file, line, column and value"

spec_fails() { # TEXT SED-SCRIPT
    sed "$2" spec.json >bad.json
    fails "$1" ten.csv --spec bad.json
}
spec_fails "'bad.json' line 1, column 4" 's/"id"/"id/;s/:.*//'
spec_fails "model 'ten': \"indiv\" is a number, text wanted" 's/"indiv": "id"/"indiv": 3/'
spec_fails "model 'ten': \"aend\" is nothing, text wanted" 's/"aend": "b", //'
spec_fails "\"agegroup\" is not a key of a standard model" 's/"indiv"/"agegroup": 3, "indiv"/'
spec_fails "method 'semisccs' is not available" 's/"indiv"/"method": "semisccs", "indiv"/'
spec_fails "formula 'event ~ drug +': a variable expected at character 15" 's/event ~ drug/event ~ drug +/'
spec_fails "'dose' is neither an exposure, nor age" 's/event ~ drug/event ~ dose/'
spec_fails "\"expogrp\" has 3 after 7" 's/"indiv"/"expogrp": [0, 7, 3], "indiv"/'
spec_fails "\"expogrp\" is text, a whole number of days wanted" 's/"indiv"/"expogrp": ["a"], "indiv"/'
spec_fails "\"aedrug\" is a list, as many doses" 's/"aedrug": \[\[/"aedrug": [[{"col": "drug"}, /'
spec_fails "data expression 't[t\$ev == , ]': a value expected at character 11" 's/"indiv"/"data": "t[t$ev == , ]", "indiv"/'
spec_fails "column 'rec' (data expression) not found" 's/"indiv"/"data": "t[t$rec == 1, ]", "indiv"/'
spec_fails "has no row left after 't[t\$ev > 500, ]'" 's/"indiv"/"data": "t[t$ev > 500, ]", "indiv"/'
spec_fails "\"seasongrp\" has 3202" 's/"indiv"/"seasongrp": [101, 3202], "dob": "ev", "indiv"/'
echo '[1, 2]' >bad.json
fails "'bad.json' holds 2 models" ten.csv --spec bad.json
ok "a bad specification is named with its key"

run sccs ten.csv $flags --risk 0-9,12-20
expect_status 2
expect_err_has "--risk wants windows of days that follow each other"
run sccs ten.csv $flags
expect_status 2
expect_err_has "--risk WINDOWS is missing"
run sccs ten.csv $flags --risk 0-9 --age 50,x
expect_status 2
ok "usage errors exit 2"
