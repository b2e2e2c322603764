/* Two databases, list by list. */
#ifndef TESTS_UNIT_COMPARE_TABLES_H
#define TESTS_UNIT_COMPARE_TABLES_H

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

#endif
