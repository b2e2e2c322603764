/* Packed files, archives, UTF-16, bombs. */
#include "tests/unit/harness.h"

#include <archive.h>
#include <archive_entry.h>

#include "common/base/file.h"
#include "tests/unit/reading.h"

/* ---- Writing archives. */

static struct archive *start(const char *path, const char *format,
                             const char *filter)
{
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
    if (filter)
        assert_int_equal(archive_write_add_filter_by_name(a, filter),
                         ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
    return a;
}

static void add_header(struct archive *a, const char *name, size_t len)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, (la_int64_t)len);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    archive_entry_free(e);
}

static void add(struct archive *a, const char *name, const void *data,
                size_t len)
{
    add_header(a, name, len);
    assert_int_equal(archive_write_data(a, data, len), (la_ssize_t)len);
}

static void add_text(struct archive *a, const char *name, const char *text)
{
    add(a, name, text, strlen(text));
}

static void finish(struct archive *a)
{
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static void add_file(struct archive *a, const char *name, const char *path)
{
    struct buf bytes = BUF_INIT;
    assert_int_equal(file_read(path, &bytes, NULL), NH_OK);
    add(a, name, bytes.data, bytes.len);
    buf_release(&bytes);
}

static void check_file(const char *path, const char *expected)
{
    struct buf out = BUF_INIT;
    reading_file(NULL, path, NULL, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

/* ---- Tests. */

static const char two_lines[] =
    "{\"id\":\"1\",\"title\":\"A\",\"body\":\"x\"}\n"
    "{\"id\":\"2\",\"title\":\"B\",\"body\":\"y\"}\n";
static const char two_articles[] = "1|A|x|\n2|B|y|\n";

static void files_packed_by_any_tool_read_the_same(void **state)
{
    (void)state;
    static const char *const filters[] = {"gzip", "xz", "zstd", "bzip2"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct archive *a = start("packed", "raw", filters[i]);
        add_text(a, "x", two_lines);
        finish(a);
        check_file("packed", two_articles);
        a = start("packed", "pax", filters[i]);
        add_text(a, "a/b.jsonl", two_lines);
        finish(a);
        check_file("packed", two_articles);
    }
}

static void archives_give_their_members(void **state)
{
    (void)state;
    static const char *const formats[] = {"ustar", "pax", "gnutar", "v7tar",
                                          "zip"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct archive *a = start("archive", formats[i], NULL);
        add_text(a, "./a.txt", "A title\n\nText.\n");
        add_text(a, "b/c.jsonl", two_lines);
        add_text(a, ".hidden/d.txt", "hidden");
        add_text(a, "__MACOSX/e.txt", "hidden");
        add_text(a, "f.pdf", "%PDF-1.4");
        finish(a);
        check_file("archive",
                   "|A title|Text.|\n1|A|x|\n2|B|y|\n"
                   "bad: it looks like PDF, which is not supported\n");
    }
}

static void archives_in_archives_are_read_once(void **state)
{
    (void)state;
    struct archive *a = start("inner.tar.xz", "ustar", "xz");
    add_text(a, "a.jsonl", two_lines);
    finish(a);
    a = start("middle.zip", "zip", NULL);
    add_file(a, "inner.tar.xz", "inner.tar.xz");
    add_text(a, "b.txt", "Behind it.");
    finish(a);
    check_file("middle.zip", "1|A|x|\n2|B|y|\n||Behind it.|\n");
    a = start("outer.tar", "ustar", NULL);
    add_file(a, "middle.zip", "middle.zip");
    add_text(a, "c.txt", "Last.");
    finish(a);
    check_file("outer.tar",
               "bad: it is an archive in an archive in an archive, which is "
               "not read\n||Behind it.|\n||Last.|\n");
}

static void members_are_named_with_their_archives(void **state)
{
    (void)state;
    struct records r;
    struct nh_error err;
    struct slice record;
    uint64_t offset;
    assert_int_equal(records_open(&r, "middle.zip", NULL, &err), NH_OK);
    assert_int_equal(records_next(&r, &record, &offset, &err), 1);
    assert_string_equal(records_member(&r), "inner.tar.xz/a.jsonl");
    records_close(&r);
}

static void encrypted_members_are_passed(void **state)
{
    (void)state;
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    if (archive_write_set_options(a, "zip:encryption=zipcrypt") != ARCHIVE_OK ||
        archive_write_set_passphrase(a, "secret") != ARCHIVE_OK) {
        archive_write_free(a);
        skip();
    }
    assert_int_equal(archive_write_open_filename(a, "secret.zip"), ARCHIVE_OK);
    add_text(a, "a.txt", "Nobody reads this.");
    finish(a);
    check_file("secret.zip", "bad: it is encrypted\n");
}

/* Bytes of 'x' and line ends. */
static void add_bomb(struct archive *a, size_t millions)
{
    static char block[1000000];
    memset(block, 'x', sizeof block);
    for (size_t i = 99; i < sizeof block; i += 100)
        block[i] = '\n';
    add_header(a, "bomb.jsonl", millions * sizeof block);
    for (size_t i = 0; i < millions; i++)
        assert_int_equal(archive_write_data(a, block, sizeof block),
                         (la_ssize_t)sizeof block);
}

static void bombs_are_given_up(void **state)
{
    (void)state;
    static const char *const shapes[][2] = {{"raw", "xz"},
                                            {"raw", "bzip2"},
                                            {"raw", "zstd"},
                                            {"raw", "gzip"},
                                            {"zip", NULL}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct buf out = BUF_INIT;
        struct archive *a = start("bomb", shapes[i][0], shapes[i][1]);
        add_bomb(a, 70);
        finish(a);
        reading_file(&reader_trec, "bomb", NULL, &out);
        assert_non_null(strstr(buf_cstr(&out),
                               "'bomb' unpacks to more than 200 times its "
                               "size; the rest of it is not read\n"));
        buf_release(&out);
    }
    remove("bomb");
}

static void damaged_archives_keep_what_comes_before(void **state)
{
    (void)state;
    static const struct {
        const char *format, *filter;
    } shapes[] = {{"ustar", NULL}, {"ustar", "gzip"}, {"zip", NULL}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct buf bytes = BUF_INIT, noise = BUF_INIT, out = BUF_INIT;
        uint64_t seed = 7;
        for (int k = 0; k < 300000; k++)
            buf_append_byte(&noise, (uint8_t)('a' + random_next(&seed) % 26));
        struct archive *a = start("whole", shapes[i].format, shapes[i].filter);
        add_text(a, "a.jsonl", two_lines);
        add(a, "b.txt", noise.data, noise.len);
        finish(a);
        file_read("whole", &bytes, NULL);
        file_replace("cut", bytes.data, bytes.len / 2, NULL);
        reading_file(NULL, "cut", NULL, &out);
        const char *text = buf_cstr(&out);
        assert_memory_equal(text, two_articles, strlen(two_articles));
        assert_non_null(strstr(text, "bad: cannot unpack 'cut"));
        buf_release(&bytes);
        buf_release(&noise);
        buf_release(&out);
    }
}

static void utf16_is_read(void **state)
{
    (void)state;
    static const char little[] = "\xFF\xFE"
                                 "A\0 \0<\x26\n\0\n\0T\0\x3C\xD8\x09\xDF.\0",
                      big[] = "\xFE\xFF"
                              "\0A\0 \x26<\0\n\0\n\0T\xD8\x3C\xDF\x09\0.";
    static const char expected[] = "|A \xE2\x98\xBC|T\xF0\x9F\x8C\x89.|\n";
    reading_check_bytes(NULL, (struct slice){little, sizeof little - 1},
                        expected);
    reading_check_bytes(NULL, (struct slice){big, sizeof big - 1}, expected);
    /* Half a pair, half a unit. */
    static const char broken[] = "\xFF\xFE"
                                 "A\0\x3C\xD8"
                                 "B\0\x09\xDF"
                                 "C\0D";
    reading_check_bytes(NULL, (struct slice){broken, sizeof broken - 1},
                        "||A\xEF\xBF\xBD"
                        "B\xEF\xBF\xBD"
                        "C|\n");
}

/* "text" with a zero byte behind each. */
static void widen(const char *text, struct buf *out)
{
    for (; *text; text++) {
        buf_append_byte(out, (uint8_t)*text);
        buf_append_byte(out, 0);
    }
}

static void formats_in_utf16_are_told(void **state)
{
    (void)state;
    struct buf wide = BUF_INIT;
    widen("<?xml version=\"1.0\" encoding=\"utf-16\"?><rss><item><title>T"
          "</title></item></rss>",
          &wide);
    reading_check_bytes(NULL, (struct slice){wide.data, wide.len}, "|T||\n");
    buf_reset(&wide);
    buf_append(&wide, "\xFF\xFE", 2);
    widen("id\ttitle\ttext\n1\tA\tx\n", &wide);
    reading_check_bytes(NULL, (struct slice){wide.data, wide.len}, "1|A|x|\n");
    buf_release(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_packed_by_any_tool_read_the_same),
        cmocka_unit_test(archives_give_their_members),
        cmocka_unit_test(archives_in_archives_are_read_once),
        cmocka_unit_test(members_are_named_with_their_archives),
        cmocka_unit_test(encrypted_members_are_passed),
        cmocka_unit_test(bombs_are_given_up),
        cmocka_unit_test(damaged_archives_keep_what_comes_before),
        cmocka_unit_test(utf16_is_read),
        cmocka_unit_test(formats_in_utf16_are_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
