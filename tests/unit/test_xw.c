/* The Xapian wrapper: what it does, and one case for each class of error. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "common/xapian/xw.h"

extern long new_fails_after;

/* A database of `n` documents at numbers first, first+step...; each has the
 * term "all", the term "oddN" or "even", and a value. */
static void make_db(const char *path, uint32_t first, uint32_t step, uint32_t n)
{
    xw_writer *w;
    xw_doc *doc;
    struct nh_error err;
    remove_all(path);
    assert_int_equal(xw_writer_open(&w, path, XW_CREATE | XW_NO_TERMLIST, &err),
                     NH_OK);
    assert_int_equal(xw_doc_new(&doc, &err), NH_OK);
    for (uint32_t i = 0; i < n; i++) {
        char value[16];
        int len = snprintf(value, sizeof value, "%05u", i);
        xw_doc_clear(doc, &err);
        assert_int_equal(xw_doc_add_term(doc, "all", 3, 2, &err), NH_OK);
        assert_int_equal(xw_doc_add_term(doc, i % 2 ? "odd" : "even",
                                         i % 2 ? 3 : 4, 0, &err),
                         NH_OK);
        if (i % 3)
            xw_doc_set_value(doc, 0, value, (size_t)len, &err);
        assert_int_equal(xw_writer_put(w, first + i * step, doc, &err), NH_OK);
    }
    assert_int_equal(xw_writer_set_metadata(w, "key", "value", 5, &err), NH_OK);
    assert_int_equal(xw_writer_commit(w, &err), NH_OK);
    xw_doc_free(doc);
    xw_writer_free(w);
}

static void documents_terms_and_metadata_are_read_back(void **state)
{
    (void)state;
    xw_db *db;
    xw_postings *p;
    xw_terms *t;
    struct nh_error err;
    uint32_t number, docid, wdf, freq;
    uint64_t coll;
    char *value;
    const char *term;
    size_t len;
    make_db("xw.db", 10, 5, 100);
    assert_int_equal(xw_db_open(&db, "xw.db", &err), NH_OK);
    assert_int_equal(xw_db_doccount(db, &number, &err), NH_OK);
    assert_int_equal(number, 100);
    xw_db_lastdocid(db, &number, &err);
    assert_int_equal(number, 10 + 99 * 5);
    xw_db_termfreq(db, "odd", 3, &freq, &err);
    assert_int_equal(freq, 50);
    xw_db_termfreq(db, "none", 4, &freq, &err);
    assert_int_equal(freq, 0);
    xw_db_collfreq(db, "all", 3, &coll, &err);
    assert_int_equal(coll, 200);
    assert_int_equal(xw_db_metadata(db, "key", &value, &len, &err), NH_OK);
    assert_string_equal(value, "value");
    free(value);
    assert_int_equal(xw_postings_open(&p, db, "all", 3, &err), NH_OK);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(xw_postings_next(p, &docid, &wdf, &err), 1);
        assert_int_equal(docid, 10 + i * 5);
        assert_int_equal(wdf, 2);
    }
    assert_int_equal(xw_postings_next(p, &docid, &wdf, &err), 0);
    xw_postings_free(p);
    assert_int_equal(xw_terms_open(&t, db, "", 0, &err), NH_OK);
    static const char *const expected[] = {"all", "even", "odd"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(xw_terms_next(t, &term, &len, &freq, &err), 1);
        assert_int_equal(len, strlen(expected[i]));
        assert_memory_equal(term, expected[i], len);
    }
    assert_int_equal(xw_terms_next(t, &term, &len, &freq, &err), 0);
    xw_terms_free(t);
    xw_db_free(db);
}

static void searches_page_and_order(void **state)
{
    (void)state;
    xw_db *db;
    xw_query *all, *both, *parts[2];
    xw_mset *m;
    struct nh_error err;
    make_db("xw1.db", 1, 1, 50);
    make_db("xw2.db", 51, 1, 50);
    assert_int_equal(xw_db_new(&db, &err), NH_OK);
    assert_int_equal(xw_db_add(db, "xw1.db", &err), NH_OK);
    assert_int_equal(xw_db_add(db, "xw2.db", &err), NH_OK);
    assert_int_equal(xw_query_term(&all, "all", 3, &err), NH_OK);
    struct xw_search s = {
        .query = all, .count = 60, .offset = 30, .k1 = 1.2, .b = 0.75};
    assert_int_equal(xw_db_search(db, &s, &m, &err), NH_OK);
    assert_int_equal(xw_mset_size(m), 60);
    for (uint32_t i = 0; i < 60; i++) { /* ties by number, over both shards */
        uint32_t shard;
        assert_int_equal(xw_mset_docid(m, i, &shard), i + 31);
        assert_int_equal(shard, i + 31 > 50);
    }
    xw_mset_free(m);
    assert_int_equal(xw_query_term(&parts[1], "odd", 3, &err), NH_OK);
    parts[0] = all;
    assert_int_equal(xw_query_combine(&both, XW_AND_NOT, parts, 2, &err),
                     NH_OK);
    s = (struct xw_search){
        .query = both, .count = 6, .boolean = true, .order = XW_BY_VALUE_DOWN};
    assert_int_equal(xw_db_search(db, &s, &m, &err), NH_OK);
    /* The even ones have values 0, 2, 4... of 50 in each shard. */
    static const uint32_t down[] = {47, 97, 45, 95, 41, 91};
    assert_int_equal(xw_mset_size(m), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(xw_mset_docid(m, i, NULL), down[i]);
    xw_mset_free(m);
    s.order = XW_BY_VALUE_UP;
    s.count = 100;
    assert_int_equal(xw_db_search(db, &s, &m, &err), NH_OK);
    assert_int_equal(xw_mset_size(m), 50);
    assert_int_equal(xw_mset_docid(m, 0, NULL), 3);
    assert_int_equal(xw_mset_docid(m, 1, NULL), 53);
    /* Multiples of 3 have no value, and come last. */
    assert_int_equal(xw_mset_docid(m, 49, NULL), 99);
    xw_mset_free(m);
    xw_query_free(parts[0]);
    xw_query_free(parts[1]);
    xw_query_free(both);
    xw_db_free(db);
}

static void values_have_bounds(void **state)
{
    (void)state;
    struct nh_error err;
    xw_db *db;
    char *lower, *upper;
    size_t lower_len, upper_len;
    make_db("xw.db", 1, 1, 50);
    assert_int_equal(xw_db_open(&db, "xw.db", &err), NH_OK);
    assert_int_equal(
        xw_db_value_bounds(db, 0, &lower, &lower_len, &upper, &upper_len, &err),
        NH_OK);
    assert_string_equal(lower, "00001");
    assert_string_equal(upper, "00049");
    assert_int_equal(lower_len, 5);
    free(lower);
    free(upper);
    assert_int_equal(
        xw_db_value_bounds(db, 3, &lower, &lower_len, &upper, &upper_len, &err),
        NH_OK);
    assert_true(lower_len == 0 && upper_len == 0);
    free(lower);
    free(upper);
    xw_db_free(db);
}

static void compaction_keeps_numbers(void **state)
{
    (void)state;
    static const char *const sources[] = {"xw1.db", "xw2.db"};
    xw_db *db;
    struct nh_error err;
    uint32_t last;
    size_t problems;
    make_db("xw1.db", 7, 1, 50);
    make_db("xw2.db", 1000, 3, 50);
    remove_all("xw3.db");
    assert_int_equal(xw_compact(sources, 2, "xw3.db", &err), NH_OK);
    assert_int_equal(xw_db_check("xw3.db", &problems, &err), NH_OK);
    assert_int_equal(problems, 0);
    assert_int_equal(xw_db_open(&db, "xw3.db", &err), NH_OK);
    xw_db_lastdocid(db, &last, &err);
    assert_int_equal(last, 1147);
    xw_db_free(db);
}

static void a_missing_path_is_not_found(void **state)
{
    (void)state;
    xw_db *db;
    struct nh_error err;
    assert_int_equal(xw_db_open(&db, "no/such/folder", &err), NH_ENOTFOUND);
    assert_null(db);
    assert_true(strlen(err.message) > 10);
}

static void a_folder_without_a_database_is_not_found(void **state)
{
    (void)state;
    xw_db *db;
    struct nh_error err;
    remove_all("empty.dir");
    assert_int_equal(file_mkdir("empty.dir", &err), NH_OK);
    assert_int_equal(xw_db_open(&db, "empty.dir", &err), NH_ENOTFOUND);
    file_replace("empty.dir/iamglass", "not a version file", 18, &err);
    file_replace("empty.dir/postlist.glass", "x", 1, &err);
    int rc = xw_db_open(&db, "empty.dir", &err);
    assert_true(rc == NH_EVERSION || rc == NH_ECORRUPT || rc == NH_EIO);
}

static void a_damaged_block_is_corrupt(void **state)
{
    (void)state;
    xw_db *db;
    xw_postings *p;
    struct nh_error err;
    struct buf file = BUF_INIT;
    uint32_t docid;
    make_db("xw.db", 1, 1, 20000);
    assert_int_equal(file_read("xw.db/postlist.glass", &file, &err), NH_OK);
    memset(file.data, 0x55, file.len);
    file_replace("xw.db/postlist.glass", file.data, file.len, &err);
    int rc = xw_db_open(&db, "xw.db", &err);
    if (rc == NH_OK) {
        rc = xw_postings_open(&p, db, "all", 3, &err);
        while (rc == NH_OK || rc == 1)
            rc = xw_postings_next(p, &docid, NULL, &err);
        xw_postings_free(p);
    }
    assert_int_equal(rc, NH_ECORRUPT);
    xw_db_free(db);
    buf_release(&file);
}

static void values_are_walked_and_skipped_to(void **state)
{
    (void)state;
    xw_db *db;
    xw_values *v;
    struct nh_error err;
    const char *value;
    size_t len;
    uint32_t at, last = 0, count = 0;
    make_db("xw.db", 1, 1, 50);
    assert_int_equal(xw_db_open(&db, "xw.db", &err), NH_OK);
    assert_int_equal(xw_values_open(&v, db, 0, &err), NH_OK);
    while (xw_values_seek(v, last + 1, &at, &value, &len, &err) == 1) {
        assert_true(at > last && len > 0);
        last = at;
        count++;
    }
    assert_true(count > 10 && count < 50); /* some have none */
    assert_int_equal(xw_values_seek(v, 60, &at, &value, &len, &err), 0);
    xw_values_free(v);
    assert_int_equal(xw_values_open(&v, db, 0, &err), NH_OK);
    assert_int_equal(xw_values_seek(v, last, &at, &value, &len, &err), 1);
    assert_int_equal(at, last);
    assert_int_equal(xw_values_seek(v, 1, &at, &value, &len, &err), 1);
    assert_int_equal(at, last); /* never back */
    xw_values_free(v);
    assert_int_equal(xw_values_open(&v, db, 7, &err), NH_OK); /* none has it */
    assert_int_equal(xw_values_seek(v, 1, &at, &value, &len, &err), 0);
    xw_values_free(v);
    xw_values_free(NULL);
    xw_db_free(db);
}

static void another_format_version_is_refused(void **state)
{
    (void)state;
    xw_db *db;
    struct nh_error err;
    struct buf file = BUF_INIT;
    make_db("xw.db", 1, 1, 3);
    assert_int_equal(file_read("xw.db/iamglass", &file, &err), NH_OK);
    file.data[15] ^= 0x40;
    file_replace("xw.db/iamglass", file.data, file.len, &err);
    assert_int_equal(xw_db_open(&db, "xw.db", &err), NH_EVERSION);
    buf_release(&file);
}

static void a_second_writer_is_locked_out(void **state)
{
    (void)state;
    xw_writer *w, *second;
    struct nh_error err;
    remove_all("xw.db");
    assert_int_equal(xw_writer_open(&w, "xw.db", XW_CREATE, &err), NH_OK);
    assert_int_equal(xw_writer_open(&second, "xw.db", 0, &err), NH_ELOCKED);
    xw_writer_free(w);
}

static void a_term_that_is_too_long_is_invalid(void **state)
{
    (void)state;
    xw_writer *w;
    xw_doc *doc;
    struct nh_error err;
    char term[300];
    memset(term, 'x', sizeof term);
    remove_all("xw.db");
    assert_int_equal(
        xw_writer_open(&w, "xw.db", XW_CREATE | XW_NO_TERMLIST, &err), NH_OK);
    xw_doc_new(&doc, &err);
    int rc = xw_doc_add_term(doc, term, sizeof term, 1, &err);
    if (rc == NH_OK)
        rc = xw_writer_put(w, 1, doc, &err);
    if (rc == NH_OK)
        rc = xw_writer_commit(w, &err);
    assert_int_equal(rc, NH_EINVAL);
    xw_doc_free(doc);
    xw_writer_free(w);
}

static void lack_of_memory_at_any_allocation_is_reported(void **state)
{
    (void)state;
    struct nh_error err;
    int rc = NH_ENOMEM;
    long n = 0;
    make_db("xw.db", 1, 1, 100);
    for (; rc == NH_ENOMEM && n < 10000; n++) {
        xw_db *db = NULL;
        xw_query *q = NULL;
        xw_mset *m = NULL;
        new_fails_after = n;
        rc = xw_db_open(&db, "xw.db", &err);
        if (rc == NH_OK)
            rc = xw_query_term(&q, "all", 3, &err);
        struct xw_search s = {.query = q, .count = 10, .k1 = 1, .b = 0.5};
        if (rc == NH_OK)
            rc = xw_db_search(db, &s, &m, &err);
        new_fails_after = -1;
        xw_mset_free(m);
        xw_query_free(q);
        xw_db_free(db);
    }
    assert_int_equal(rc, NH_OK);
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_terms_and_metadata_are_read_back),
        cmocka_unit_test(searches_page_and_order),
        cmocka_unit_test(values_have_bounds),
        cmocka_unit_test(compaction_keeps_numbers),
        cmocka_unit_test(a_missing_path_is_not_found),
        cmocka_unit_test(a_folder_without_a_database_is_not_found),
        cmocka_unit_test(a_damaged_block_is_corrupt),
        cmocka_unit_test(values_are_walked_and_skipped_to),
        cmocka_unit_test(another_format_version_is_refused),
        cmocka_unit_test(a_second_writer_is_locked_out),
        cmocka_unit_test(a_term_that_is_too_long_is_invalid),
        cmocka_unit_test(lack_of_memory_at_any_allocation_is_reported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
