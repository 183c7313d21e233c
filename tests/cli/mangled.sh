# Raw files as they must not be: each of them emptied, cut, without its header, with another separator, with bytes that
# are no text. Ingestion either does its work or says in one message which file is wrong; it never leaves half a store.
set -eu
. "$ROOT/tests/lib.sh"
[ -n "$SHARED" ] || skip "the raw files of this test are in the shared folder"
export HUNE_KEY=0123456789abcdef0123456789abcdef
cp -r "$SHARED/data/scalpel/raw" whole
chmod -R u+w whole
must ingest whole -o store --source snds
ok "the files as they are"

cat >mangle.py <<'END'
import sys
how, path = sys.argv[1:]
data = open(path, 'rb').read()
lines = data.split(b'\n')
new = {
    'empty': b'',
    'cut': data[:len(data) * 2 // 3],
    'headless': b'\n'.join(lines[1:]),
    'header': lines[0] + b'\n',
    'bytes': data[:len(lines[0]) + 5] + b'\x00\xff\xfe"' + data[len(lines[0]) + 5:],
}[how]
open(path, 'wb').write(new)
END
hows="empty cut headless header bytes"
[ -z "$SANITIZED" ] || hows="cut"
# One year of each table is enough, and the folder holds tables that are not read.
files=$(cd whole && find . -name '*.csv' | grep -v -e generic -e T_HAD -e T_MCO0[78] -e FBSTC | sort)
for how in $hows; do
    stopped=0
    for file in $files; do
        rm -rf raw made && cp -r whole raw && mkdir made
        python3 mangle.py $how "raw/$file"
        run ingest raw -o made/store --source snds
        case $status in
        0) expect_file made/store/store.json ;;
        1)
            stopped=$((stopped + 1))
            expect_err_has "$(basename "$file")"
            [ "$(grep -c . "$TMP/err")" -le 2 ] || die "$how $file: more than a message and a hint"
            expect_equal "$(ls -A made)" ""
            ;;
        *) die "$how $file: exit $status" ;;
        esac
    done
    case $how in
    empty | headless) [ $stopped -gt 5 ] || die "$how: only $stopped files were refused" ;;
    esac
    ok "$how: each file in turn ($stopped refused, and named)"
done
