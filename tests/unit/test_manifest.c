/* The manifest: what is written is read, what is damaged is refused. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
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
    struct manifest_segment a = {"seg-000001", 1, 100, 100, 0x1234, 0, 0};
    struct manifest_segment b = {"seg-000002", 101, 200, 90, 0x1234, 3, 4};
    assert_int_equal(manifest_add_segment(m, &a, NULL), NH_OK);
    assert_int_equal(manifest_add_segment(m, &b, NULL), NH_OK);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct manifest m, back;
    struct nh_error err;
    remove_all("manifest.dir");
    file_mkdir("manifest.dir", &err);
    fill(&m);
    file_replace("manifest.dir/dict-0000000000001234", "abc", 3, &err);
    assert_int_equal(
        manifest_add_file(&m, "manifest.dir", "dict-0000000000001234", &err),
        NH_OK);
    assert_int_equal(manifest_write(&m, "manifest.dir", &err), NH_OK);
    assert_int_equal(manifest_read(&back, "manifest.dir", &err), NH_OK);
    assert_int_equal(back.commit, 3);
    assert_int_equal(back.next, 201);
    assert_int_equal(back.segment_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct manifest_segment *a = &m.segments[i];
        const struct manifest_segment *b = &back.segments[i];
        assert_string_equal(a->name, b->name);
        assert_true(a->first == b->first && a->last == b->last &&
                    a->articles == b->articles && a->dict == b->dict &&
                    a->tomb_commit == b->tomb_commit &&
                    a->tombstones == b->tombstones);
    }
    assert_int_equal(back.file_count, 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(other_versions_and_databases_are_told_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
