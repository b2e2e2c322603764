/* The manifest: what is written is read, what is damaged is refused. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "common/base/files.h"
#include "common/base/hash.h"
#include "common/store/manifest.h"

static void fill(struct manifest *m)
{
    memset(m, 0, sizeof *m);
    m->commit = 3;
    m->analysis = 1;
    snprintf(m->language, sizeof m->language, "english");
    m->next = 201;
    m->segment_number = 2;
    m->dict = 0x1234;
    assert_int_equal(
        kept_set(&m->options, KEPT_MAP, "title=Titel 100%,body=\xC3\xA4", NULL),
        NH_OK);
    assert_int_equal(kept_set(&m->options, KEPT_NAMES, "given", NULL), NH_OK);
    struct manifest_segment a = {"seg-000001", 1, 100, 100, 0x1234, 0, 0};
    struct manifest_segment b = {"seg-000002", 101, 200, 90, 0x1234, 3, 4};
    assert_int_equal(manifest_add_segment(m, &a, NULL), NH_OK);
    assert_int_equal(manifest_add_segment(m, &b, NULL), NH_OK);
}

static void add_file(struct manifest *m, const char *name)
{
    struct buf path = BUF_INIT;
    file_replace(file_join(&path, "manifest.dir", name), "abc", 3, NULL);
    assert_int_equal(manifest_add_file(m, "manifest.dir", name, NULL), NH_OK);
    buf_release(&path);
}

static void add_segment_files(struct manifest *m, const char *segment)
{
    static const char *const names[] = {VERSION_NAME,    TABLE_NAME,
                                        ARTICLES_NAME,   BLOCKS_NAME,
                                        VOCABULARY_NAME, COPIES_NAME};
    char name[MANIFEST_PATH];
    snprintf(name, sizeof name, "manifest.dir/%s", segment);
    file_mkdir(name, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(name, sizeof name, "%s/%s", segment, names[i]);
        add_file(m, name);
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct manifest m, back;
    struct nh_error err;
    remove_all("manifest.dir");
    file_mkdir("manifest.dir", &err);
    fill(&m);
    add_file(&m, "dict-0000000000001234");
    add_file(&m, "del-000002-3");
    for (int i = 0; i < 2; i++)
        add_segment_files(&m, m.segments[i].name);
    assert_int_equal(manifest_write(&m, "manifest.dir", &err), NH_OK);
    assert_int_equal(manifest_read(&back, "manifest.dir", &err), NH_OK);
    assert_int_equal(back.commit, 3);
    assert_int_equal(back.next, 201);
    assert_int_equal(back.segment_count, 2);
    assert_string_equal(back.options.values[KEPT_MAP],
                        "title=Titel 100%,body=\xC3\xA4");
    assert_string_equal(back.options.values[KEPT_NAMES], "given");
    assert_true(back.options.known[KEPT_MAP] && back.options.known[KEPT_NAMES]);
    assert_false(back.options.known[KEPT_CHARSET] ||
                 back.options.known[KEPT_DATE_ORDER]);
    for (size_t i = 0; i < 2; i++) {
        const struct manifest_segment *a = &m.segments[i];
        const struct manifest_segment *b = &back.segments[i];
        assert_string_equal(a->name, b->name);
        assert_true(a->first == b->first && a->last == b->last &&
                    a->articles == b->articles && a->dict == b->dict &&
                    a->tomb_commit == b->tomb_commit &&
                    a->tombstones == b->tombstones);
    }
    assert_int_equal(back.file_count, 14);
    assert_int_equal(manifest_find_file(&back, "dict-0000000000001234")->size,
                     3);
    manifest_release(&m);
    manifest_release(&back);
}

static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct manifest m;
    struct nh_error err;
    struct buf text = BUF_INIT;
    assert_int_equal(file_read("manifest.dir/" MANIFEST_NAME, &text, &err),
                     NH_OK);
    for (size_t i = 0; i < text.len; i++)
        for (int bit = 0; bit < 8; bit += 3) {
            text.data[i] ^= (char)(1 << bit);
            int rc = manifest_parse(&m, (struct slice){text.data, text.len},
                                    "test", &err);
            assert_true(rc == NH_ECORRUPT || rc == NH_EVERSION);
            text.data[i] ^= (char)(1 << bit);
        }
    for (size_t n = 0; n < text.len; n++) {
        int rc = manifest_parse(&m, (struct slice){text.data, n}, "test", &err);
        assert_true(rc == NH_ECORRUPT || rc == NH_EVERSION);
    }
    buf_release(&text);
}

/* A change to the text of a manifest, whose checksum is made anew. */
static int parse_changed(const struct buf *text, const char *from,
                         const char *to)
{
    struct manifest m;
    struct nh_error err;
    struct buf copy = BUF_INIT;
    const size_t end = text->len - strlen("# nh sum 0123456789abcdef\n");
    char *all = calloc(text->len + 1, 1);
    memcpy(all, text->data, end);
    char *at = strstr(all, from);
    assert_non_null(at);
    buf_append(&copy, all, (size_t)(at - all));
    buf_append_str(&copy, to);
    buf_append_str(&copy, at + strlen(from));
    buf_printf(&copy, "# nh sum %016llx\n",
               (unsigned long long)hash64(copy.data, copy.len));
    int rc = manifest_parse(&m, buf_slice(&copy), "test", &err);
    if (rc == NH_OK)
        manifest_release(&m);
    buf_release(&copy);
    free(all);
    return rc;
}

static void entries_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } bad[] = {
        {"# nh last-segment 2\n", ""},
        {"# nh last-segment 2", "# nh last-segment 1"},
        {"# nh last-segment 2", "# nh last-segment -2"},
        {"# nh dict 0000000000001234\n", ""},
        {"# nh dict 0000000000001234", "# nh dict 0000000000000000"},
        {"# nh dict 0000000000001234", "# nh dict 0000000000004321"},
        {"# nh commit 3\n", ""},
        {"# nh commit 3\n", "# nh commit 3\n# nh commit 3\n"},
        {"# nh commit 3", "# nh commit 18446744073709551615"},
        {"# nh commit 3", "# nh commit 99999999999999999999999"},
        {"# nh commit 3", "# nh commit 2"}, /* older than its tombstones */
        {"# nh next 201", "# nh next 200"},
        {"# nh next 201", "# nh next 0"},
        {"# nh next 201", "# nh next 4294967296"},
        {" 1 100 100 ", " 1 100 101 "},
        {" 1 100 100 ", " 0 100 100 "},
        {" 1 100 100 ", " 1 101 100 "}, /* a number of the next segment's */
        {" 1 100 100 ", " 1 100 0 "},
        {"3 4\n", "3 91\n"},
        {"3 4\n", "0 4\n"},
        {"3 4\n", "1 4\n"}, /* there is no such file */
        {"seg-000002/articles", "seg-000002/words"},
        {"# nh file seg-000001/iamglass 3", "# nh file seg-000001/iamglass -3"},
        {"# nh file seg-000001/copies", "# nh files seg-000001/copies"},
        {"glass seg-000002\n", ""},
        {"glass seg-000002\n", "glass ../other\n"},
        {"# nh analysis 1 english", "# nh analysis english"},
        {"# nh option names=given", "# nh option names=all"},
        {"# nh option names=given", "# nh option names="},
        {"# nh option names=given", "# nh option names"},
        {"# nh option names=given", "# nh option map=title=x"},
        {"# nh option names=given", "# nh option date-order=9"},
        {"# nh option names=given", "# nh option charset=%2"},
        {"# nh option names=given", "# nh option charset=%2x"},
        {"# nh option names=given", "# nh option charset=%00"},
        {"# nh option names=given", "# nh option charset=%FF"}};
    struct buf text = BUF_INIT;
    assert_int_equal(file_read("manifest.dir/" MANIFEST_NAME, &text, NULL),
                     NH_OK);
    assert_int_equal(parse_changed(&text, "# nh next 201", "# nh next 202"),
                     NH_OK);
    assert_int_equal(parse_changed(&text, "# nh next 201",
                                   "# nh later thing\n# nh next 201"),
                     NH_OK);
    assert_int_equal(
        parse_changed(&text, "# nh option names=given", "# nh option later=x"),
        NH_EVERSION);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse_changed(&text, bad[i].from, bad[i].to) != NH_ECORRUPT)
            fail_msg("'%s' for '%s' is read", bad[i].to, bad[i].from);
    buf_release(&text);
}

static void other_versions_and_databases_are_told_apart(void **state)
{
    (void)state;
    struct manifest m;
    struct nh_error err;
    assert_int_equal(
        manifest_parse(&m, slice_of("glass some.db\n"), "test", &err),
        NH_EVERSION);
    assert_int_equal(
        manifest_parse(&m, slice_of("# nh format 99\n"), "test", &err),
        NH_EVERSION);
    assert_non_null(strstr(err.message, "99"));
    assert_int_equal(manifest_read(&m, "no/such/index", &err), NH_ENOTFOUND);
    assert_true(strlen(err.hint) > 0);
}

/* Merges, and returns the code. */
static int merge(struct kept_options *kept, enum kept_option option,
                 const char *value, bool change, bool *changed)
{
    struct kept_options given = {.known = {false}};
    struct nh_error err;
    assert_int_equal(kept_set(&given, option, value, &err), NH_OK);
    const int rc = kept_merge(kept, &given, change, "x.idx", changed, &err);
    if (rc != NH_OK)
        assert_non_null(strstr(err.hint, "--change-options"));
    return rc;
}

static void options_change_on_purpose_only(void **state)
{
    (void)state;
    struct kept_options kept = {.known = {false}};
    char longest[KEPT_VALUE_MAX + 1];
    bool changed;
    assert_int_equal(merge(&kept, KEPT_MAP, "title=a,body=b", false, &changed),
                     NH_OK);
    assert_false(changed);
    assert_string_equal(kept.values[KEPT_NAMES], "found");
    assert_string_equal(kept.values[KEPT_DATE_ORDER], "none");
    assert_string_equal(kept.values[KEPT_CHARSET], "");
    /* The same in other words. */
    assert_int_equal(merge(&kept, KEPT_MAP, "body=b,title=a", false, &changed),
                     NH_OK);
    assert_string_equal(kept.values[KEPT_MAP], "title=a,body=b");
    assert_int_equal(merge(&kept, KEPT_MAP, "title=a", false, &changed),
                     NH_EINVAL);
    assert_int_equal(merge(&kept, KEPT_MAP, "", false, &changed), NH_EINVAL);
    assert_int_equal(merge(&kept, KEPT_MAP, "", true, &changed), NH_OK);
    assert_true(changed);
    assert_string_equal(kept.values[KEPT_MAP], "");
    assert_int_equal(merge(&kept, KEPT_CHARSET, "sjis", true, &changed), NH_OK);
    assert_int_equal(merge(&kept, KEPT_CHARSET, "Shift_JIS", false, &changed),
                     NH_OK);
    assert_false(changed);
    assert_int_equal(merge(&kept, KEPT_CHARSET, "big5", false, &changed),
                     NH_EINVAL);
    memset(longest, 'x', KEPT_VALUE_MAX);
    longest[KEPT_VALUE_MAX] = '\0';
    assert_int_equal(kept_set(&kept, KEPT_MAP, longest, NULL), NH_EINVAL);
    assert_int_equal(kept_set(&kept, KEPT_MAP, "\xFF", NULL), NH_EINVAL);
    assert_int_equal(kept_set(&kept, KEPT_NAMES, "all", NULL), NH_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(options_change_on_purpose_only),
        cmocka_unit_test(entries_that_cannot_be_are_refused),
        cmocka_unit_test(other_versions_and_databases_are_told_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
