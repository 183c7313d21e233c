/* store.json as anybody may have written it: opening such a store ends with a message, never with a
 * crash, a leak or a message without words. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/base.h"
#include "hune/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];

static void remove_folder(void) {
    (void)hu_remove_tree(folder, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!*folder) {
        snprintf(folder, sizeof folder, "/tmp/hune-fuzz-XXXXXX");
        if (!mkdtemp(folder)) abort();
        atexit(remove_folder);
    }
    char path[96];
    hune_err err = {.code = HUNE_OK};
    snprintf(path, sizeof path, "%s/store.json", folder);
    if (hu_write_file(path, (const char *)data, size, &err)) abort();
    hune_store *store = NULL;
    const hune_status status = hune_store_open(folder, &store, &err);
    if (status ? store != NULL || !*err.msg || err.code != status : store == NULL) abort();
    hune_store_close(store);
    return 0;
}
