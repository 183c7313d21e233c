# libhune as another program uses it: public headers and the shared library, nothing of src/.
set -eu
. "$ROOT/tests/lib.sh"
[ -z "$SANITIZED" ] || skip "the shared library under sanitizers needs its runtime preloaded"
build=$(dirname "$HUNE")

cat >use.c <<'END'
#include <stdio.h>
#include "hune/context.h"
#include "hune/store.h"
int main(void) {
    hune_err err = {0};
    hune_context ctx;
    hune_store *store = NULL;
    hune_context_init(&ctx);
    const hune_status status = hune_store_open("nowhere", &store, &err);
    printf("%s|%d|%d|%s\n", hune_version(), ctx.threads, (int)status, err.msg);
    hune_store_close(store);
    return 0;
}
END
gcc -std=c17 -Wall -Wextra -Werror -I"$ROOT/include" use.c -o use -L"$build" -lhune -Wl,-rpath,"$build"
line=$(./use)
expect_equal "${line%|*}" "$("$HUNE" --version | cut -d' ' -f2)|0|-3"
case $line in *nowhere*) ;; *) die "the message does not name the store: $line" ;; esac
ok "a C program with the public headers and libhune.so"

echo 'int hu_philox(void); int main(void) { return hu_philox(); }' >inside.c
! gcc inside.c -o inside -L"$build" -lhune 2>err.txt || die "an internal function can be linked"
grep -q hu_philox err.txt || die "fails for another reason"
ok "what is internal cannot be linked"
