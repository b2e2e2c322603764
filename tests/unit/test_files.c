/* Files of an index: names, links, descriptors, what is removed. */
#include "tests/unit/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/files.h"
#include "common/store/manifest.h"

#define INDEX "files.idx"

static void names_have_the_kind_that_newshound_gives_them(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum file_kind kind;
    } names[] = {{"XAPIANDB", FILE_MANIFEST},
                 {"XAPIANDB.tmp", FILE_TEMPORARY},
                 {"LOCK", FILE_LOCK},
                 {"LOCK.tmp", FILE_UNKNOWN},
                 {"entities.rules.tmp", FILE_UNKNOWN},
                 {"synonyms.rules", FILE_RULES},
                 {"dict-0123456789abcdef", FILE_DICT},
                 {"dict-0123456789abcde", FILE_UNKNOWN},
                 {"dict-0123456789abcdef0", FILE_UNKNOWN},
                 {"del-000012-7", FILE_TOMBSTONES},
                 {"del-000012-7.tmp", FILE_TEMPORARY},
                 {"del-000012-", FILE_UNKNOWN},
                 {"sources-9", FILE_SOURCES},
                 {"sources-9x", FILE_UNKNOWN},
                 {"seg-000001", FOLDER_SEGMENT},
                 {"seg-000001.tmp", FILE_UNKNOWN},
                 {"seg-", FILE_UNKNOWN},
                 {"seg-data", FILE_UNKNOWN},
                 {"build-tmp", FOLDER_BUILD},
                 {"build-tmpx", FILE_UNKNOWN},
                 {"batch-000003", FOLDER_BATCH},
                 {"articles", FILE_SEGMENT},
                 {"iamglass.tmp", FILE_TEMPORARY},
                 {"thesis.txt", FILE_UNKNOWN},
                 {"", FILE_UNKNOWN},
                 {"..", FILE_UNKNOWN}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(files_kind(names[i].name), names[i].kind);
}

static void a_manifest_names_files_of_the_index_only(void **state)
{
    (void)state;
    assert_true(files_in_manifest("seg-000001/articles"));
    assert_true(files_in_manifest("dict-0123456789abcdef"));
    assert_false(files_in_manifest("seg-000001/../LOCK"));
    assert_false(files_in_manifest("seg-000001/seg-000002/articles"));
    assert_false(files_in_manifest("build-tmp/articles"));
    assert_false(files_in_manifest("XAPIANDB"));
    assert_false(files_in_manifest("/etc/passwd"));
    assert_false(files_in_manifest("articles"));
    assert_false(files_in_manifest("seg-000001/"));
    assert_false(files_in_manifest(""));
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void start(void)
{
    remove_all(INDEX);
    remove_all("files.out");
    assert_int_equal(mkdir(INDEX, 0777), 0);
    assert_int_equal(mkdir(INDEX "/seg-000001", 0777), 0);
    assert_int_equal(mkdir("files.out", 0777), 0);
    put("files.out/articles", "precious");
    put("files.out/thesis.txt", "precious");
}

static void still_there(const char *path)
{
    struct buf text = BUF_INIT;
    assert_int_equal(file_read_linked(path, &text, NULL), NH_OK);
    assert_slice((struct slice){text.data, text.len}, "precious");
    buf_release(&text);
}

/* Everything that opens a file refuses what `path` is. */
static void refused(const char *path)
{
    struct nh_error err;
    struct file_map map;
    struct buf text = BUF_INIT;
    uint64_t hash, size;
    int fd;
    assert_int_equal(file_map_open(&map, path, &err), NH_EIO);
    assert_int_equal(file_read(path, &text, &err), NH_EIO);
    assert_int_equal(file_hash(path, &hash, &size, &err), NH_EIO);
    assert_int_equal(file_size(path, &size, &err), NH_EIO);
    assert_int_equal(file_open(path, O_RDONLY, &fd, &err), NH_EIO);
    assert_int_equal(file_open(path, O_RDWR | O_CREAT, &fd, &err), NH_EIO);
    buf_release(&text);
}

static void links_and_fifos_in_an_index_are_refused(void **state)
{
    (void)state;
    struct nh_error err;
    struct file_writer w;
    start();
    assert_int_equal(
        symlink("../../files.out/articles", INDEX "/seg-000001/articles"), 0);
    refused(INDEX "/seg-000001/articles");
    assert_int_not_equal(
        file_writer_open(&w, INDEX "/seg-000001/articles", &err), NH_OK);
    file_remove(INDEX "/seg-000001/articles");
    assert_true(file_exists(INDEX "/seg-000001/articles"));
    assert_int_equal(symlink("../files.out/articles", INDEX "/XAPIANDB.tmp"),
                     0);
    assert_int_not_equal(file_replace(INDEX "/XAPIANDB", "x", 1, &err), NH_OK);
    assert_int_equal(mkfifo(INDEX "/LOCK", 0666), 0);
    refused(INDEX "/LOCK");
    still_there("files.out/articles");
}

static void a_link_to_a_folder_is_not_followed(void **state)
{
    (void)state;
    struct nh_error err;
    struct file_map map;
    struct file_writer w;
    start();
    assert_int_equal(symlink("../files.out", INDEX "/seg-000002"), 0);
    assert_int_not_equal(
        file_map_open(&map, INDEX "/seg-000002/articles", &err), NH_OK);
    assert_int_not_equal(
        file_writer_open(&w, INDEX "/seg-000002/articles", &err), NH_OK);
    assert_int_not_equal(file_mkdir(INDEX "/seg-000002", &err), NH_OK);
    file_remove(INDEX "/seg-000002/articles");
    file_remove_dir(INDEX "/seg-000002");
    still_there("files.out/articles");
    /* A link to the index is the user's. */
    unlink("files.link");
    assert_int_equal(symlink(INDEX, "files.link"), 0);
    assert_int_equal(
        file_replace("files.link/seg-000001/words", "precious", 8, &err),
        NH_OK);
    still_there(INDEX "/seg-000001/words");
}

static void only_what_newshound_makes_is_removed(void **state)
{
    (void)state;
    start();
    put(INDEX "/seg-000001/articles", "mine");
    put(INDEX "/seg-000001/iamglass.tmp", "mine");
    assert_int_equal(mkdir(INDEX "/seg-000001/batch-1", 0777), 0);
    put(INDEX "/seg-000001/batch-1/v.tmp", "mine");
    assert_int_equal(symlink("../../files.out", INDEX "/seg-000001/seg-000009"),
                     0);
    put(INDEX "/seg-000001/notes", "precious");
    file_remove_dir(INDEX "/seg-000001");
    assert_false(file_exists(INDEX "/seg-000001/articles"));
    assert_false(file_exists(INDEX "/seg-000001/iamglass.tmp"));
    assert_false(file_exists(INDEX "/seg-000001/batch-1"));
    assert_true(file_exists(INDEX "/seg-000001/seg-000009"));
    still_there(INDEX "/seg-000001/notes");
    still_there("files.out/articles");
    still_there("files.out/thesis.txt");
    assert_int_equal(unlink(INDEX "/seg-000001/notes"), 0);
    assert_int_equal(unlink(INDEX "/seg-000001/seg-000009"), 0);
    file_remove_dir(INDEX "/seg-000001");
    assert_false(file_exists(INDEX "/seg-000001"));
}

static void no_file_gets_a_standard_descriptor(void **state)
{
    (void)state;
    struct file_writer w;
    int fd, saved[3];
    start();
    for (int i = 0; i < 3; i++) {
        saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
        close(i);
    }
    const int opened = file_writer_open(&w, INDEX "/seg-000001/articles", NULL);
    const int number = opened == NH_OK ? fileno(w.file) : -1;
    const int folder = file_open_folder(INDEX, &fd, NULL) == NH_OK ? fd : -1;
    for (int i = 0; i < 3; i++) {
        dup2(saved[i], i);
        close(saved[i]);
    }
    assert_true(number >= 3);
    assert_true(folder >= 3);
    close(folder);
    file_writer_abort(&w);
}

/* Appends a file to a manifest's list, which has room. */
static void name_file(struct manifest *m, const char *path)
{
    struct manifest_file *f = &m->files[m->file_count++];
    *f = (struct manifest_file){"", 1, 1};
    snprintf(f->path, sizeof f->path, "%s", path);
}

/* A manifest with a good sum, of a segment of this name with all that it needs,
 * and of one more file, which may be NULL. */
static int parse(const char *segment, const char *more)
{
    static const char *const needed[] = {VERSION_NAME,    TABLE_NAME,
                                         ARTICLES_NAME,   BLOCKS_NAME,
                                         VOCABULARY_NAME, COPIES_NAME};
    struct manifest m, back;
    struct manifest_segment s = {"", 1, 9, 9, 1, 0, 0};
    struct manifest_file files[8];
    struct buf text = BUF_INIT;
    memset(&m, 0, sizeof m);
    m.next = 100;
    m.analysis = 1;
    m.segment_number = 9;
    m.dict = 1;
    snprintf(m.language, sizeof m.language, "english");
    start();
    snprintf(s.name, sizeof s.name, "%s", segment);
    m.segments = &s;
    m.segment_count = 1;
    m.files = files;
    name_file(&m, "dict-0000000000000001");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        char path[MANIFEST_PATH];
        snprintf(path, sizeof path, "%s/%s", segment, needed[i]);
        name_file(&m, path);
    }
    if (more)
        name_file(&m, more);
    assert_int_equal(manifest_write(&m, INDEX, NULL), NH_OK);
    assert_int_equal(file_read(INDEX "/XAPIANDB", &text, NULL), NH_OK);
    int rc = manifest_parse(&back, (struct slice){text.data, text.len}, "test",
                            NULL);
    manifest_release(&back);
    buf_release(&text);
    return rc;
}

static void names_in_a_manifest_are_looked_at(void **state)
{
    (void)state;
    static const char good[] = "seg-000001";
    assert_int_equal(parse(good, NULL), NH_OK);
    assert_int_equal(parse(good, "seg-000001/docdata.glass"), NH_OK);
    assert_int_equal(parse(good, "dict-0123456789abcdef"), NH_OK);
    assert_int_equal(parse("seg-x", NULL), NH_ECORRUPT);
    assert_int_equal(parse("build-tmp", NULL), NH_ECORRUPT);
    assert_int_equal(parse(good, "seg-000001/words"), NH_ECORRUPT); /* twice */
    assert_int_equal(parse(good, "seg-000001/../x"), NH_ECORRUPT);
    assert_int_equal(parse(good, "seg-000001/LOCK"), NH_ECORRUPT);
    assert_int_equal(parse(good, "other/words"), NH_ECORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_the_kind_that_newshound_gives_them),
        cmocka_unit_test(a_manifest_names_files_of_the_index_only),
        cmocka_unit_test(links_and_fifos_in_an_index_are_refused),
        cmocka_unit_test(a_link_to_a_folder_is_not_followed),
        cmocka_unit_test(only_what_newshound_makes_is_removed),
        cmocka_unit_test(no_file_gets_a_standard_descriptor),
        cmocka_unit_test(names_in_a_manifest_are_looked_at)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
