/* Files and outputs of the base room: what is written appears whole or not at all. */
#include "test.h"
#include "base/base.h"

static const char *in(const char *name) {
    return test_join(test_scratch(), name);
}

static void put(const char *path, const char *text) {
    hune_err err = {0};
    CHECK_OK(hu_write_file(path, text, strlen(text), &err), &err);
}

/* Does the file hold just that text? */
static bool holds(const char *path, const char *text) {
    char *got;
    size_t n;
    if (hu_read_file(path, &got, &n, NULL)) return false;
    const bool same = n == strlen(text) && !memcmp(got, text, n);
    free(got);
    return same;
}

TEST(file_comes_back_byte_for_byte) {
    hune_err err = {0};
    char data[70000], *text;
    size_t n;
    for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * 7 % 256);
    REQUIRE(CHECK_OK(hu_write_file(in("a.bin"), data, sizeof data, &err), &err));
    REQUIRE(CHECK_OK(hu_read_file(in("a.bin"), &text, &n, &err), &err));
    CHECK(n == sizeof data && !memcmp(text, data, n) && text[n] == '\0');
    free(text);
    put(in("empty"), "");
    REQUIRE(CHECK_OK(hu_read_file(in("empty"), &text, &n, &err), &err));
    CHECK(n == 0 && *text == '\0');
    free(text);
}

TEST(file_errors_name_the_file) {
    hune_err err = {0};
    char *text, want[600];
    snprintf(want, sizeof want, "cannot open '%s': No such file or directory", in("none"));
    CHECK_FAILS(hu_read_file(in("none"), &text, NULL, &err), HUNE_EIO, &err, want);
    CHECK(text == NULL);
    snprintf(want, sizeof want, "'%s' is a folder, a file was expected", test_scratch());
    CHECK_FAILS(hu_read_file(test_scratch(), &text, NULL, &err), HUNE_EIO, &err, want);
    snprintf(want, sizeof want, "cannot write '%s': No such file or directory", in("none/x"));
    CHECK_FAILS(hu_write_file(in("none/x"), "x", 1, &err), HUNE_EIO, &err, want);
}

TEST(file_on_a_full_disk_is_an_error) {
    if (access("/dev/full", W_OK)) SKIP("no /dev/full here");
    /* A link, because what could not be written is unlinked. */
    REQUIRE(!symlink("/dev/full", in("full")));
    hune_err err = {0};
    CHECK_FAILS(hu_write_file(in("full"), "x", 1, &err), HUNE_EIO, &err, NULL);
    CHECK(strstr(err.msg, "No space left on device") != NULL);
    CHECK_STR(err.hint, "is the disk full?");
    CHECK(access(in("full"), F_OK) != 0);
}

TEST(folders_are_made_and_removed) {
    hune_err err = {0};
    REQUIRE(CHECK_OK(hu_make_dirs(in("a/b/c"), &err), &err));
    CHECK_OK(hu_make_dirs(in("a/b/c"), &err), &err);
    CHECK_OK(hu_make_dirs(in("a/b/d/"), &err), &err);
    put(in("a/b/c/f"), "x");
    put(in("outside"), "x");
    REQUIRE(!symlink(in("outside"), in("a/link")));
    CHECK(hu_is_dir(in("a/b/c")) && !hu_is_file(in("a/b")) && hu_is_file(in("a/b/c/f")));
    CHECK_INT(hu_make_dirs(in("a/b/c/f"), &err), HUNE_EIO);
    CHECK_OK(hu_remove_tree(in("a"), &err), &err);
    CHECK(!hu_is_dir(in("a")));
    CHECK(hu_is_file(in("outside"))); /* a link is removed, not followed */
    CHECK_OK(hu_remove_tree(in("a"), &err), &err);
}

TEST(files_are_listed_in_order) {
    hune_err err = {0};
    hu_arena a = {0};
    char **paths;
    size_t n;
    REQUIRE(!hu_make_dirs(in("l/b"), &err));
    put(in("l/z.csv"), ""), put(in("l/a.csv"), ""), put(in("l/b/c.csv"), ""),
        put(in("l/B.csv"), "");
    put(in("l/.hidden"), "");
    REQUIRE(CHECK_OK(hu_list_files(in("l"), &a, &paths, &n, &err), &err));
    CHECK_INT(n, 4);
    static const char *want[] = {"B.csv", "a.csv", "b/c.csv", "z.csv"};
    for (size_t i = 0; i < 4 && i < n; i++) CHECK_STR(paths[i], want[i]);
    CHECK_INT(hu_list_files(in("none"), &a, &paths, &n, &err), HUNE_EIO);
    CHECK(n == 0 && paths == NULL);
    hu_arena_clear(&a);
}

TEST(output_appears_when_committed) {
    hune_err err = {0};
    hu_output o;
    REQUIRE(CHECK_OK(hu_output_begin(&o, in("out"), "store.json", &err), &err));
    CHECK(!hu_is_dir(in("out")) && hu_is_dir(in(".out.part")));
    put(test_join(o.part_path, "store.json"), "1");
    CHECK(!hu_is_dir(in("out")));
    REQUIRE(CHECK_OK(hu_output_commit(&o, &err), &err));
    CHECK(holds(in("out/store.json"), "1") && !hu_is_dir(in(".out.part")));
    hu_output_abort(&o); /* after commit: nothing */
    CHECK(holds(in("out/store.json"), "1"));
}

TEST(output_replaces_its_own_kind_only) {
    hune_err err = {0};
    hu_output o;
    char want[700];
    REQUIRE(!hu_make_dirs(in("out"), &err));
    put(in("out/store.json"), "old"), put(in("out/part"), "old");
    REQUIRE(CHECK_OK(hu_output_begin(&o, in("out//"), "store.json", &err), &err));
    put(test_join(o.part_path, "store.json"), "new");
    CHECK(holds(in("out/store.json"), "old")); /* until the new one is whole */
    REQUIRE(CHECK_OK(hu_output_commit(&o, &err), &err));
    CHECK(holds(in("out/store.json"), "new"));
    CHECK(!hu_is_file(in("out/part")));

    snprintf(want, sizeof want, "'%s' exists and is not an earlier output of this command",
             in("out"));
    CHECK_FAILS(hu_output_begin(&o, in("out"), "manifest.json", &err), HUNE_EIO, &err, want);
    CHECK(*err.hint);
    CHECK(holds(in("out/store.json"), "new"));
    put(in("file"), "mine");
    CHECK_INT(hu_output_begin(&o, in("file"), "store.json", &err), HUNE_EIO);
    CHECK(holds(in("file"), "mine"));
    CHECK_INT(hu_output_begin(&o, "", "store.json", &err), HUNE_EARG);
}

TEST(output_aborted_leaves_nothing) {
    hune_err err = {0};
    hu_output o;
    REQUIRE(!hu_make_dirs(in("empty"), &err)); /* an empty folder may be given as -o */
    REQUIRE(CHECK_OK(hu_output_begin(&o, in("empty"), "m", &err), &err));
    hu_output_abort(&o);
    hu_output_abort(&o);
    hu_output_abort(NULL);
    CHECK(!hu_is_dir(in(".empty.part")));
    /* What an earlier run left when it was killed goes away. */
    REQUIRE(!hu_make_dirs(in(".out.part/deep"), &err));
    put(in(".out.part/deep/f"), "stale");
    REQUIRE(CHECK_OK(hu_output_begin(&o, in("out"), "m", &err), &err));
    CHECK(!hu_is_dir(in(".out.part/deep")));
    hu_output_abort(&o);
}
