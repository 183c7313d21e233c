/* file.c - folders, whole files, and outputs that appear only when they are whole. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/base.h"

bool hu_is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool hu_is_file(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

hune_status hu_make_dirs(const char *path, hune_err *err) {
    char part[1200];
    if (strlen(path) >= sizeof part)
        return hune_fail(err, HUNE_EARG, "path is longer than %zu characters: %.60s...",
                         sizeof part, path);
    memcpy(part, path, strlen(path) + 1); /* fits: checked above */
    for (char *c = part + 1;; c++) {
        const char was = *c;
        if (was != '/' && was != '\0') continue;
        *c = '\0';
        if (mkdir(part, 0777) && errno != EEXIST)
            return hune_fail(err, HUNE_EIO, "cannot make folder '%s': %s", part, strerror(errno));
        if (was == '\0') break;
        *c = '/';
    }
    if (!hu_is_dir(path)) return hune_fail(err, HUNE_EIO, "'%s' exists and is not a folder", path);
    return HUNE_OK;
}

hune_status hu_remove_tree(const char *path, hune_err *err) {
    struct stat st;
    if (lstat(path, &st)) {
        if (errno == ENOENT) return HUNE_OK;
        return hune_fail(err, HUNE_EIO, "cannot look at '%s': %s", path, strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        DIR *dir = opendir(path);
        if (!dir)
            return hune_fail(err, HUNE_EIO, "cannot open folder '%s': %s", path, strerror(errno));
        hune_status status = HUNE_OK;
        for (struct dirent *e; !status && (e = readdir(dir));) {
            char child[2048];
            if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
            if (snprintf(child, sizeof child, "%s/%s", path, e->d_name) >= (int)sizeof child)
                status = hune_fail(err, HUNE_EIO, "path too long below '%s'", path);
            else status = hu_remove_tree(child, err);
        }
        closedir(dir);
        if (status) return status;
    }
    if (S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path))
        return hune_fail(err, HUNE_EIO, "cannot remove '%s': %s", path, strerror(errno));
    return HUNE_OK;
}

hune_status hu_read_file(const char *path, char **text, size_t *len, hune_err *err) {
    *text = NULL;
    if (hu_is_dir(path))
        return hune_fail(err, HUNE_EIO, "'%s' is a folder, a file was expected", path);
    FILE *f = fopen(path, "rb");
    if (!f) return hune_fail(err, HUNE_EIO, "cannot open '%s': %s", path, strerror(errno));
    hu_buf b = {0};
    char chunk[1 << 14];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) hu_buf_addn(&b, chunk, n);
    const bool bad = ferror(f) != 0;
    fclose(f);
    if (!b.text) hu_buf_add(&b, "");
    if (bad || b.failed) {
        hu_buf_clear(&b);
        return hune_fail(err, bad ? HUNE_EIO : HUNE_ENOMEM, "cannot read '%s'", path);
    }
    *text = b.text;
    if (len) *len = b.len;
    return HUNE_OK;
}

hune_status hu_write_file(const char *path, const char *text, size_t len, hune_err *err) {
    FILE *f = fopen(path, "wb");
    if (!f) return hune_fail(err, HUNE_EIO, "cannot write '%s': %s", path, strerror(errno));
    const bool wrote = fwrite(text, 1, len, f) == len;
    if (fclose(f) || !wrote) {
        hune_fail(err, HUNE_EIO, "cannot write '%s': %s", path, strerror(errno));
        hune_hint(err, "is the disk full?");
        unlink(path);
        return HUNE_EIO;
    }
    return HUNE_OK;
}

/* --- listing --- */

typedef struct listing {
    hu_arena *arena;
    char **paths;
    size_t n, cap;
} listing;

static hune_status walk(listing *l, const char *dir, const char *below, hune_err *err) {
    DIR *d = opendir(dir);
    if (!d) return hune_fail(err, HUNE_EIO, "cannot open folder '%s': %s", dir, strerror(errno));
    hune_status status = HUNE_OK;
    for (struct dirent *e; !status && (e = readdir(d));) {
        if (e->d_name[0] == '.') continue;
        char *path = hu_arena_printf(l->arena, "%s/%s", dir, e->d_name);
        char *name = hu_arena_printf(l->arena, "%s%s%s", below, *below ? "/" : "", e->d_name);
        if (!path || !name) status = hune_fail(err, HUNE_ENOMEM, "no memory to list '%s'", dir);
        else if (hu_is_dir(path)) status = walk(l, path, name, err);
        else if (hu_is_file(path) &&
                 !(status = hu_grow(&l->paths, &l->cap, l->n + 1, sizeof *l->paths, err)))
            l->paths[l->n++] = name;
    }
    closedir(d);
    return status;
}

static int by_name(const void *a, const void *b, void *arg) {
    (void)arg;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

hune_status hu_list_files(const char *dir, hu_arena *a, char ***paths, size_t *n, hune_err *err) {
    listing l = {.arena = a};
    *paths = NULL;
    *n = 0;
    hune_status status = walk(&l, dir, "", err);
    if (!status) status = hu_sort(l.paths, l.n, sizeof *l.paths, by_name, NULL, err);
    if (!status && l.n) {
        *paths = hu_arena_alloc(a, l.n * sizeof **paths);
        if (*paths) memcpy(*paths, l.paths, l.n * sizeof **paths);
        else status = hune_fail(err, HUNE_ENOMEM, "no memory to list '%s'", dir);
    }
    if (!status) *n = l.n;
    free(l.paths);
    return status;
}

/* --- outputs --- */

hune_status hu_output_begin(hu_output *o, const char *path, const char *marker, hune_err *err) {
    memset(o, 0, sizeof *o);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (n == 0 || n >= sizeof o->final_path - 16)
        return hune_fail(err, HUNE_EARG, "output path '%.60s' is empty or too long", path);
    memcpy(o->final_path, path, n);
    o->marker = marker;

    char mark[1100];
    snprintf(mark, sizeof mark, "%s/%s", o->final_path, marker);
    struct stat st;
    if (lstat(o->final_path, &st) == 0 && !hu_is_file(mark)) {
        if (!S_ISDIR(st.st_mode) || rmdir(o->final_path)) { /* an empty folder may go */
            hune_fail(err, HUNE_EIO, "'%s' exists and is not an earlier output of this command",
                      o->final_path);
            return hune_hint(err, "give another -o, or move it away yourself");
        }
    }
    const char *slash = strrchr(o->final_path, '/');
    const int dir_len = slash ? (int)(slash - o->final_path) + 1 : 0;
    snprintf(o->part_path, sizeof o->part_path, "%.*s.%s.part", dir_len, o->final_path,
             o->final_path + dir_len);
    HUNE_TRY(hu_remove_tree(o->part_path, err));
    HUNE_TRY(hu_make_dirs(o->part_path, err));
    o->open = true;
    return HUNE_OK;
}

hune_status hu_output_commit(hu_output *o, hune_err *err) {
    char old[1060];
    snprintf(old, sizeof old, "%s.old", o->part_path);
    HUNE_TRY(hu_remove_tree(old, err));
    const bool replaces = hu_is_dir(o->final_path);
    if (replaces && rename(o->final_path, old))
        return hune_fail(err, HUNE_EIO, "cannot replace '%s': %s", o->final_path, strerror(errno));
    if (rename(o->part_path, o->final_path)) {
        const int why = errno;
        if (replaces && rename(old, o->final_path))
            return hune_fail(err, HUNE_EIO, "cannot rename '%s'; the earlier output is '%s'",
                             o->part_path, old);
        return hune_fail(err, HUNE_EIO, "cannot rename '%s' to '%s': %s", o->part_path,
                         o->final_path, strerror(why));
    }
    o->open = false;
    return hu_remove_tree(old, err);
}

void hu_output_abort(hu_output *o) {
    if (!o || !o->open) return;
    o->open = false;
    (void)hu_remove_tree(o->part_path, NULL); /* the first error is the one worth telling */
}
