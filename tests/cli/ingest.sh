# hune ingest as a user runs it: what bad input gets, and that nothing half-written stays.
set -eu
. "$ROOT/tests/lib.sh"
export HUNE_KEY=0123456789abcdef0123456789abcdef
small="$ROOT/tests/data/snds/small"

fresh() { rm -rf raw; cp -r "$small" raw; chmod -R u+w raw; }
# The one way every failure must look: exit 1, one error line and one hint line, no store, no leftovers.
refused() {
    run ingest raw -o store --source snds
    expect_status 1
    expect_err_has "$1"
    expect_err_lines 2
    expect_err_has "hint: $2"
    expect_absent store
    expect_absent .store.part
}

must ingest "$small" -o store --source snds --no-stamp
expect_out_has "persons         5"
expect_out_has "events          29 in 1 parts"
expect_file store/ingest.json
expect_file store/rejects/ER_PHA_F_201002.parquet
expect_absent store/tmp
expect_equal "$(json store/ingest.json 'sum(t["rows_in"] for t in d["tables"]) - sum(t["rows_kept"] + sum(t["rejected"].values()) for t in d["tables"])')" 0
expect_equal "$(json store/ingest.json '[i["rows"] for i in d["ignored"]]')" "[1]"
expect_equal "$(json store/store.json 'd["events"] == sum(p["rows"] for p in d["parts"])')" True
ok "a store is written, and rows in are rows kept and rejected"

must ingest "$small" -o again --source snds --no-stamp --threads 1 --memory 256MB
expect_same store again
ok "same bytes with one thread and little memory"
must ingest "$small" -o store --source snds --no-stamp --json
expect_out_has '"rows_rejected": 53'
ok "an older store is replaced, --json prints the report"

rm -rf store again
fresh; sed -i '1s/EXE_SOI_DTD/EXE_SOI_XXX/' raw/ER_PRS_F_201002.csv
refused "column 'EXE_SOI_DTD' not found in 'ER_PRS_F_201002.csv' (have 'FLX_DIS_DTD', " "table ER_PRS_F needs this column"
ok "a missing column is named, with what the file has"

fresh; tr ';' '~' <"$small/T_MCO10D.csv" >raw/T_MCO10D.csv
refused "column 'ETA_NUM' not found in 'T_MCO10D.csv' (have 'ETA_NUM~RSA_NUM~ASS_DGN')" "the header has a single column: the separator must be ';' or ','"
ok "a wrong separator is guessed"

fresh; sed -i '4s#11/01/2010#31/02/2010#' raw/ER_PRS_F_201002.csv
refused "'ER_PRS_F_201002.csv' line 4, column 'EXE_SOI_DTD': value '31/02/2010' is not a date" "mend the value or empty it"
ok "an impossible date is named with line, column and value"

fresh; sed -i '3s#;1;10.5;#;1;10,5;#' raw/ER_PHA_F_201002.csv
refused "'ER_PHA_F_201002.csv' line 3, column 'PHA_ACT_PRU': value '10,5' is not a number with a decimal point" "mend"
ok "a decimal comma is not taken for a number"

fresh; sed -i '5s#;2010;3$#;2010;3.5#' raw/T_MCO10B.csv
refused "'T_MCO10B.csv' line 5, column 'SOR_MOI': value '3.5' is not a whole number" "mend"
ok "a fraction is not taken for a whole number"

fresh; sed -i '2s#12/01/2010#12/01/10#; 5s#12/01/2010#12/01/10#' raw/ER_PRS_F_201002.csv
refused "line 5, column 'EXE_SOI_DTD': value '12/01/10' is not a date" "mend"
ok "a year of two digits is not taken for a date"

fresh; head -c 900 "$small/ER_PHA_F_201002.csv" >raw/ER_PHA_F_201002.csv
refused "'ER_PHA_F_201002.csv' line" "the header has 17 columns; is the file cut short"
ok "a file cut short is named with its line"

fresh; : >raw/IR_PHA_R.csv
refused "'IR_PHA_R.csv' is empty" "extract it again"
ok "an empty file is named"

fresh; gzip raw/ER_PHA_F_201002.csv; gzip raw/T_MCO10C.csv
must ingest raw -o packed --source snds --no-stamp
expect_out_has "events          29 in 1 parts"
for cut in 150 250 300; do
    gzip -c "$small/ER_PHA_F_201002.csv" | head -c $cut >raw/ER_PHA_F_201002.csv.gz
    run ingest raw -o store --source snds
    expect_status 1
    expect_err_has "'ER_PHA_F_201002.csv.gz' is cut short or damaged"
    expect_absent store
done
ok "packed files are read; one cut short is refused"

rm -rf raw && mkdir raw
refused "no SNDS table found in 'raw'" "files are recognised by name"
run ingest nowhere -o store --source snds
expect_status 1
expect_err_has "'nowhere' is not a folder that can be read"
cp "$small"/ER_PHA_F_201002.csv raw
refused "'raw' has ER_PHA_F but no ER_PRS_F file" "detail lines get person and date from ER_PRS_F"
ok "an empty, an absent and an incomplete folder are told apart"

# A disk that fills up, as a limit on file size.
fresh
cat >full.sh <<'S'
trap '' XFSZ
ulimit -f 2
exec "$HUNE" ingest raw -o store --source snds
S
status=0; last="ingest on a full disk"
bash full.sh >"$TMP/out" 2>"$TMP/err" || status=$?
expect_status 1
expect_absent store
expect_absent .store.part
ok "a disk that fills up leaves nothing under the store's name"

unset HUNE_KEY
must ingest "$small" -o keyed --source snds
expect_equal "$(stat -c %a keyed.key)" 600
must ingest "$small" -o keyed2 --source snds --key keyed.key
expect_same keyed/persons.parquet keyed2/persons.parquet
must ingest "$small" -o keyed3 --source snds
! cmp -s keyed/persons.parquet keyed3/persons.parquet
echo short >short.key
run ingest "$small" -o keyed4 --source snds --key short.key
expect_status 1
expect_err_has "has 5 characters, 16 to 128 wanted"
expect_absent keyed4
ok "identifiers are hashed with a key that only its owner reads"

run ingest "$small" -o store
expect_status 2
run ingest "$small" -o store --source omop
expect_status 2
run ingest "$small" -o store --source snds --from 2010-13-01
expect_status 2
must ingest "$small" -o window --source snds --from 2010-01-15 --to 2010-03-01
expect_equal "$(json window/store.json 'd["study_start"] + " " + d["study_end"]')" "2010-01-15 2010-03-01"
ok "options are checked, and the study window is taken"
