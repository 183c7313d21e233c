/* replay.c - run a fuzz target on files and folders of files, without libFuzzer: the smoke test of
 * `make check`, and the way to look at one found input. Each input is also cut short at every
 * length up to 512 bytes and has single bytes changed, so that the readers meet broken files too.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int inputs;

static void try_variants(const uint8_t *data, size_t size) {
    LLVMFuzzerTestOneInput(data, size);
    /* Exactly sized copies: the sanitizer then sees a read one byte too far. */
    for (size_t n = 0; n < size && n < 512; n++) {
        uint8_t *cut = malloc(n ? n : 1);
        if (!cut) abort();
        memcpy(cut, data, n);
        LLVMFuzzerTestOneInput(cut, n);
        free(cut);
    }
    static const uint8_t wild[] = {0, '\n', '"', ',', ';', '{', '-', '9', 0x80, 0xff};
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) abort();
    for (size_t i = 0; i < size && i < 512; i++) {
        memcpy(copy, data, size);
        copy[i] = wild[i % sizeof wild];
        LLVMFuzzerTestOneInput(copy, size);
    }
    free(copy);
}

static void replay(const char *path) {
    struct stat st;
    if (stat(path, &st)) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(1);
    }
    if (S_ISDIR(st.st_mode)) {
        DIR *dir = opendir(path);
        if (!dir) exit(1);
        for (struct dirent *e; (e = readdir(dir));) {
            char child[4096];
            if (e->d_name[0] == '.') continue;
            snprintf(child, sizeof child, "%s/%s", path, e->d_name);
            replay(child);
        }
        closedir(dir);
        return;
    }
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc((size_t)st.st_size + 1);
    if (!f || !data || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size) exit(1);
    fclose(f);
    try_variants(data, (size_t)st.st_size);
    free(data);
    inputs++;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) replay(argv[i]);
    printf("%d passed, 0 failed\n", inputs);
    return inputs == 0;
}
