/* Two databases, list by list; and one read by libxapian and by our reader. */
#ifndef TESTS_UNIT_COMPARE_TABLES_H
#define TESTS_UNIT_COMPARE_TABLES_H

#include "common/base/file.h"
#include "common/store/glass_reader.h"
#include "common/xapian/xw.h"
#include "tests/unit/harness.h"

/* The postings of a term; of the empty one, the documents with their lengths.
 */
static inline void compare_list(xw_db *const db[2], const char *term,
                                size_t len)
{
    xw_postings *list[2];
    uint32_t docid[2], wdf[2];
    uint64_t coll[2];
    int more[2];
    for (int k = 0; k < 2; k++) {
        assert_int_equal(xw_postings_open(&list[k], db[k], term, len, NULL),
                         NH_OK);
        xw_db_collfreq(db[k], term, len, &coll[k], NULL);
    }
    if (len > 0)
        assert_true(coll[0] == coll[1]);
    do {
        for (int k = 0; k < 2; k++) {
            more[k] = xw_postings_next(list[k], &docid[k], &wdf[k], NULL);
            assert_true(more[k] >= 0);
        }
        assert_int_equal(more[0], more[1]);
        if (more[0] == 0)
            break;
        assert_int_equal(docid[0], docid[1]);
        assert_int_equal(wdf[0], wdf[1]);
        if (len == 0) {
            uint32_t length[2];
            for (int k = 0; k < 2; k++)
                assert_int_equal(
                    xw_db_doclength(db[k], docid[k], &length[k], NULL), NH_OK);
            assert_int_equal(length[0], length[1]);
        }
    } while (more[0]);
    for (int k = 0; k < 2; k++)
        xw_postings_free(list[k]);
}

/* All terms with all their postings. */
static inline void compare_terms(xw_db *const db[2])
{
    xw_terms *list[2];
    const char *term[2];
    size_t len[2];
    uint32_t freq[2];
    int more[2];
    for (int k = 0; k < 2; k++)
        assert_int_equal(xw_terms_open(&list[k], db[k], "", 0, NULL), NH_OK);
    do {
        for (int k = 0; k < 2; k++)
            more[k] = xw_terms_next(list[k], &term[k], &len[k], &freq[k], NULL);
        assert_int_equal(more[0], more[1]);
        if (more[0] == 0)
            break;
        assert_int_equal(len[0], len[1]);
        assert_memory_equal(term[0], term[1], len[0]);
        assert_int_equal(freq[0], freq[1]);
        compare_list(db, term[0], len[0]);
    } while (more[0] == 1);
    for (int k = 0; k < 2; k++)
        xw_terms_free(list[k]);
}

/* Opens the tables in a folder with our reader. */
static inline void open_reader(struct glass_reader *g, const char *folder,
                               struct buf *version, struct buf *table)
{
    struct buf name = BUF_INIT;
    buf_reset(version);
    buf_reset(table);
    assert_int_equal(
        file_read(file_join(&name, folder, "iamglass"), version, NULL), NH_OK);
    assert_int_equal(
        file_read(file_join(&name, folder, "postlist.glass"), table, NULL),
        NH_OK);
    assert_int_equal(glass_reader_open(g, folder, 1, UINT32_MAX - 1,
                                       buf_slice(version), buf_slice(table),
                                       NULL),
                     NH_OK);
    buf_release(&name);
}

/* The postings of a term, or of the empty one the lengths. */
static inline void compare_reader_list(const struct glass_reader *g,
                                       const xw_db *db, struct slice term)
{
    struct glass_postings mine;
    xw_postings *its;
    uint32_t docid, wdf;
    uint64_t collection;
    assert_int_equal(glass_postings_open(&mine, g, term, NULL), 1);
    xw_postings_open(&its, db, term.data, term.len, NULL);
    xw_db_collfreq(db, term.data, term.len, &collection, NULL);
    if (term.len)
        assert_true(mine.collection == collection);
    while (xw_postings_next(its, &docid, &wdf, NULL) == 1) {
        assert_int_equal(glass_postings_next(&mine, NULL), 1);
        assert_int_equal(mine.docid, docid);
        if (term.len == 0)
            xw_db_doclength(db, docid, &wdf, NULL);
        assert_int_equal(mine.wdf, wdf);
    }
    assert_int_equal(glass_postings_next(&mine, NULL), 0);
    xw_postings_free(its);
    glass_postings_release(&mine);
}

/* The values of slot 0, by steps of up to `far` documents. */
static inline void compare_reader_values(const struct glass_reader *g,
                                         const xw_db *db, uint64_t *state,
                                         uint64_t far)
{
    struct glass_values mine;
    xw_values *its;
    const char *value;
    size_t len;
    uint32_t docid = 0;
    int more;
    glass_values_init(&mine, g, 0);
    assert_int_equal(xw_values_open(&its, db, 0, NULL), NH_OK);
    do {
        const uint32_t wanted =
            docid + 1 + (uint32_t)(random_next(state) % far);
        more = xw_values_seek(its, wanted, &docid, &value, &len, NULL);
        assert_int_equal(glass_values_seek(&mine, wanted, NULL), more);
        if (more == 1) {
            assert_int_equal(mine.docid, docid);
            assert_int_equal(mine.value.len, len);
            assert_memory_equal(mine.value.data, value, len);
        }
    } while (more == 1);
    xw_values_free(its);
    glass_values_release(&mine);
}

/* Everything that libxapian reads in a folder, our reader reads too. */
static inline void compare_reader(const char *folder, uint64_t *state)
{
    struct glass_reader g;
    struct glass_terms mine;
    struct buf version = BUF_INIT, table = BUF_INIT, room = BUF_INIT;
    struct slice term, next, least, most;
    xw_db *db;
    xw_terms *its;
    uint32_t frequency, count;
    char *lower, *upper;
    size_t lower_len, upper_len;
    open_reader(&g, folder, &version, &table);
    assert_int_equal(xw_db_open(&db, folder, NULL), NH_OK);
    xw_db_doccount(db, &count, NULL);
    assert_int_equal(g.documents, count);
    compare_reader_list(&g, db, (struct slice){"", 0});
    glass_terms_open(&mine, &g, (struct slice){"", 0}, NULL);
    xw_terms_open(&its, db, "", 0, NULL);
    while (xw_terms_next(its, &term.data, &term.len, &frequency, NULL) == 1) {
        struct glass_postings list;
        assert_int_equal(glass_terms_next(&mine, &next, NULL), 1);
        assert_true(slice_equal(term, next));
        assert_int_equal(glass_terms_postings(&mine, &list, NULL), NH_OK);
        assert_int_equal(list.frequency, frequency);
        glass_postings_release(&list);
        compare_reader_list(&g, db, term);
    }
    assert_int_equal(glass_terms_next(&mine, &next, NULL), 0);
    glass_terms_release(&mine);
    xw_terms_free(its);
    for (uint64_t far = 1; far < 1000000; far *= 9)
        compare_reader_values(&g, db, state, far);
    xw_db_value_bounds(db, 0, &lower, &lower_len, &upper, &upper_len, NULL);
    if (glass_value_bounds(&g, 0, &room, &count, &least, &most, NULL) == 1) {
        assert_true(slice_equal(least, (struct slice){lower, lower_len}));
        assert_true(slice_equal(most, (struct slice){upper, upper_len}));
    } else {
        assert_int_equal(lower_len, 0);
    }
    free(lower);
    free(upper);
    buf_release(&room);
    buf_release(&version);
    buf_release(&table);
    xw_db_free(db);
}

#endif
