/* The two ways of building segments give the same database: random postings
 * through both, everything compared that Xapian can read. */
#include "tests/unit/compare_tables.h"

#include "common/base/file.h"
#include "common/store/blocks.h"
#include "common/text/schema.h"
#include "common/xapian/xw.h"
#include "indexer/segment/glass_writer.h"
#include "indexer/segment/segment_builder.h"

#define KINDS 2
static const enum builder_kind kinds[KINDS] = {BUILDER_API, BUILDER_BULK};
static const char *const folders[KINDS] = {"built.api", "built.bulk"};

/* What one random database is made of. */
struct shape {
    uint64_t seed;
    uint32_t articles, vocabulary, terms; /* terms: at most, in an article */
    uint32_t first, gap;                  /* docids: first, and largest step */
    bool odd;       /* terms with NUL and 0xFF, long ones */
    bool overflows; /* the length of an article does not fit 32 bits */
    bool counted;   /* no wdf is 0: long lists are in blocks */
    bool apart;     /* and not in Xapian's tables too */
};

static struct slice make_term(const struct shape *s, uint32_t n, char out[256])
{
    int len = snprintf(out, 256, "t%u", (unsigned)n);
    if (s->odd && n % 7 == 0)
        out[0] = '\0';
    if (s->odd && n % 7 == 1)
        out[len++] = '\xFF';
    if (s->odd && n % 7 == 2) {
        out[len++] = '\0';
        out[len++] = (char)('a' + n % 26);
    }
    if (s->odd && n % 97 == 3)
        for (; len < 245; len++)
            out[len] = (char)('a' + n % 26);
    return (struct slice){out, (size_t)len};
}

/* Half of the terms have keys, which mean others every now and then, within a
 * batch too. */
static void add_term(const struct shape *s, struct posting_batch *batch,
                     uint32_t docid, uint32_t number, uint32_t wdf)
{
    char text[256];
    const struct slice term = make_term(s, number, text);
    const uint32_t age = docid / 50;
    struct posting_key key = {number / 2 + age % 7, wdf};
    size_t unknown = 1;
    if (number % 2) {
        assert_int_equal(posting_batch_term(batch, term, wdf, NULL), NH_OK);
        return;
    }
    assert_int_equal(posting_batch_keys(batch, age, &key, &unknown, NULL),
                     NH_OK);
    if (unknown)
        assert_int_equal(
            posting_batch_word(batch, key.key, term, key.wdf, NULL), NH_OK);
}

static void add_article(const struct shape *s, struct posting_batch *batch,
                        uint32_t docid, uint64_t *state)
{
    char value[8];
    assert_int_equal(posting_batch_begin(batch, docid, NULL), NH_OK);
    for (uint64_t n = random_next(state) % (s->terms + 1); n > 0; n--) {
        /* Low numbers are common, as words are. */
        uint64_t r = random_next(state);
        uint32_t number = (uint32_t)(r % s->vocabulary);
        if (r & (1u << 20))
            number %= 10;
        uint32_t wdf = (uint32_t)(random_next(state) % 8) + s->counted;
        if (wdf == 7)
            wdf = (uint32_t)(random_next(state) % 100000);
        add_term(s, batch, docid, number, wdf);
    }
    for (int i = 0; s->overflows && docid == s->first && i < 2; i++)
        assert_int_equal(posting_batch_term(batch, slice_of(i ? "big" : "huge"),
                                            3000000000u, NULL),
                         NH_OK);
    if (random_next(state) % 3) {
        uint64_t v = random_next(state) % 1000;
        for (int i = 0; i < 8; i++)
            value[i] = (char)(v >> (56 - 8 * i));
        assert_int_equal(posting_batch_value(batch, SCHEMA_DATE_SLOT,
                                             (struct slice){value, 8}, NULL),
                         NH_OK);
    }
    assert_int_equal(posting_batch_end(batch, NULL), NH_OK);
}

static void build(const struct shape *s, int kind)
{
    struct segment_builder *b;
    struct posting_batch *batch = NULL;
    struct nh_error err;
    uint64_t state = s->seed;
    uint32_t docid = s->first;
    remove_all(folders[kind]);
    file_mkdir(folders[kind], &err);
    if (segment_builder_new(&b, kinds[kind], "built.tmp", &err) != NH_OK)
        fail_msg("%s", err.message);
    if (!s->apart)
        segment_builder_keep_lists(b);
    for (uint32_t i = 0; i < s->articles; i++) {
        if (i % (37 + s->articles / 200) == 0) {
            if (batch) {
                assert_int_equal(posting_batch_finish(batch, NULL), NH_OK);
                assert_int_equal(segment_builder_add(b, batch, NULL), NH_OK);
            }
            assert_int_equal(posting_batch_new(&batch, b, i, NULL), NH_OK);
        }
        add_article(s, batch, docid, &state);
        docid += 1 + (uint32_t)(random_next(&state) % s->gap);
    }
    assert_int_equal(posting_batch_finish(batch, NULL), NH_OK);
    assert_int_equal(segment_builder_add(b, batch, NULL), NH_OK);
    if (segment_builder_finish(b, folders[kind], &err) != NH_OK)
        fail_msg("%s", err.message);
    assert_int_equal(segment_builder_fell_back(b),
                     s->overflows && kinds[kind] == BUILDER_BULK);
    segment_builder_free(b);
}

/* Ranked and date-sorted searches give the same ids and weights. */
static void compare_searches(const struct shape *s, xw_db *const db[KINDS],
                             uint64_t *state)
{
    char text[256];
    xw_query *parts[3], *query;
    for (int i = 0; i < 3; i++) {
        struct slice term = make_term(
            s, (uint32_t)(random_next(state) % s->vocabulary % (i ? 10 : 1000)),
            text);
        assert_int_equal(xw_query_term(&parts[i], term.data, term.len, NULL),
                         NH_OK);
    }
    assert_int_equal(xw_query_combine(&query,
                                      random_next(state) % 2 ? XW_OR : XW_AND,
                                      parts, 3, NULL),
                     NH_OK);
    for (int order = XW_BY_WEIGHT; order <= XW_BY_VALUE_UP; order++) {
        xw_mset *m[KINDS];
        struct xw_search search = {.query = query,
                                   .count = 10,
                                   .k1 = 1.2,
                                   .b = 0.75,
                                   .order = (enum xw_order)order};
        for (int k = 0; k < KINDS; k++)
            assert_int_equal(xw_db_search(db[k], &search, &m[k], NULL), NH_OK);
        assert_int_equal(xw_mset_size(m[0]), xw_mset_size(m[1]));
        for (size_t i = 0; i < xw_mset_size(m[0]); i++) {
            assert_int_equal(xw_mset_docid(m[0], i, NULL),
                             xw_mset_docid(m[1], i, NULL));
            double a = xw_mset_weight(m[0], i), b = xw_mset_weight(m[1], i);
            assert_true(a == b);
        }
        xw_mset_free(m[0]);
        xw_mset_free(m[1]);
    }
    for (int i = 0; i < 3; i++)
        xw_query_free(parts[i]);
    xw_query_free(query);
}

/* The block-max lists of both builders are the same bytes. Returns how many
 * there are. */
static uint32_t compare_blocks(struct blocks *b)
{
    struct buf file[KINDS] = {BUF_INIT, BUF_INIT}, name = BUF_INIT;
    for (int k = 0; k < KINDS; k++)
        assert_int_equal(file_read(file_join(&name, folders[k], BLOCKS_NAME),
                                   &file[k], NULL),
                         NH_OK);
    assert_int_equal(file[0].len, file[1].len);
    assert_memory_equal(file[0].data, file[1].data, file[0].len);
    assert_int_equal(blocks_open(b, name.data, NULL), NH_OK);
    for (int k = 0; k < KINDS; k++)
        buf_release(&file[k]);
    buf_release(&name);
    return b->lists;
}

static void compare(const struct shape *s)
{
    xw_db *db[KINDS];
    uint32_t count[KINDS], last[KINDS];
    double average[KINDS];
    uint64_t state = s->seed + 1;
    for (int k = 0; k < KINDS; k++) {
        size_t problems;
        build(s, k);
        assert_int_equal(xw_db_check(folders[k], &problems, NULL), NH_OK);
        assert_int_equal(problems, 0);
        assert_int_equal(xw_db_open(&db[k], folders[k], NULL), NH_OK);
        xw_db_doccount(db[k], &count[k], NULL);
        xw_db_lastdocid(db[k], &last[k], NULL);
        xw_db_average_length(db[k], &average[k], NULL);
        compare_reader(folders[k], &state);
    }
    assert_int_equal(count[0], count[1]);
    assert_int_equal(last[0], last[1]);
    assert_true(average[0] == average[1]);
    compare_list(db, "", 0);
    compare_terms(db);
    struct blocks b;
    compare_blocks(&b);
    blocks_close(&b);
    for (int i = 0; i < 20; i++)
        compare_searches(s, db, &state);
    for (int k = 0; k < KINDS; k++)
        xw_db_free(db[k]);
}

/* Each term stands in Xapian's table or in the lists, with all its postings. */
static void long_lists_stand_in_one_place(void **state)
{
    (void)state;
    struct shape s = {.seed = 21,
                      .articles = 5000,
                      .vocabulary = 700,
                      .terms = 60,
                      .first = 9,
                      .gap = 3,
                      .odd = true,
                      .counted = true,
                      .apart = true};
    xw_db *db[KINDS];
    xw_terms *terms;
    struct blocks b;
    struct slice term;
    uint32_t freq, here, lists = 0;
    for (int k = 0; k < KINDS; k++) {
        build(&s, k);
        assert_int_equal(xw_db_open(&db[k], folders[k], NULL), NH_OK);
    }
    uint32_t wanted = compare_blocks(&b);
    assert_true(wanted > 10);
    compare_list(db, "", 0);
    assert_int_equal(xw_terms_open(&terms, db[0], "", 0, NULL), NH_OK);
    while (xw_terms_next(terms, &term.data, &term.len, &freq, NULL) == 1) {
        struct block_list list;
        int found = blocks_find(&b, term, &list, NULL);
        assert_true(found >= 0);
        xw_db_termfreq(db[1], term.data, term.len, &here, NULL);
        assert_int_equal(found ? list.postings : here, freq);
        assert_int_equal(found ? here : 0, 0);
        assert_int_equal(found, freq >= BLOCKS_MIN);
        lists += (uint32_t)found;
        if (!found)
            compare_list(db, term.data, term.len);
    }
    assert_int_equal(lists, wanted);
    xw_terms_free(terms);
    blocks_close(&b);
    for (int k = 0; k < KINDS; k++)
        xw_db_free(db[k]);
}

static void random_databases_are_equal(void **state)
{
    (void)state;
    uint64_t seed = 99;
    const char *asked = getenv("NEWSHOUND_DATABASES");
    int rounds = asked ? atoi(asked) : 60;
    static const uint32_t gaps[] = {1, 1, 3, 1000, 200000};
    static const uint32_t firsts[] = {1, 1, 0x7FF0, 0x3FFFF0, 0x1FFFFFF0};
    for (int i = 0; i < rounds; i++) {
        struct shape s = {.seed = random_next(&seed) | 1};
        s.articles = 1 + (uint32_t)(random_next(&seed) % 400);
        s.vocabulary = 1 + (uint32_t)(random_next(&seed) % 3000);
        s.terms = (uint32_t)(random_next(&seed) % 60);
        s.first = firsts[random_next(&seed) % 5];
        s.gap = gaps[random_next(&seed) % 5];
        s.odd = random_next(&seed) % 2;
        s.counted = random_next(&seed) % 2;
        compare(&s);
    }
}

static void long_lists_over_many_blocks_are_equal(void **state)
{
    (void)state;
    struct shape s = {.seed = 5,
                      .articles = 20000,
                      .vocabulary = 30,
                      .terms = 20,
                      .first = 1,
                      .gap = 2};
    compare(&s);
    s = (struct shape){.seed = 6,
                       .articles = 3000,
                       .vocabulary = 200000,
                       .terms = 150,
                       .first = 32000,
                       .gap = 300,
                       .odd = true};
    compare(&s);
}

static void compacting_both_keeps_both(void **state)
{
    (void)state;
    struct shape s = {.seed = 7,
                      .articles = 500,
                      .vocabulary = 900,
                      .terms = 40,
                      .first = 1,
                      .gap = 1};
    build(&s, 0);
    s.first = 5000;
    build(&s, 1);
    remove_all("built.both");
    assert_int_equal(xw_compact(folders, 2, "built.both", NULL), NH_OK);
    xw_db *db;
    uint32_t count, last;
    assert_int_equal(xw_db_open(&db, "built.both", NULL), NH_OK);
    compare_reader("built.both", &s.seed);
    xw_db_doccount(db, &count, NULL);
    xw_db_lastdocid(db, &last, NULL);
    assert_int_equal(count, 1000);
    assert_int_equal(last, 5499);
    xw_db_free(db);
}

/* A length that wraps makes sums that do not add up: our writer refuses, and
 * the same postings go through the API. */
static void what_the_writer_refuses_is_built_through_the_api(void **state)
{
    (void)state;
    struct shape s = {.seed = 8,
                      .articles = 1700,
                      .vocabulary = 700,
                      .terms = 40,
                      .first = 3,
                      .gap = 4,
                      .odd = true,
                      .overflows = true};
    xw_db *db[KINDS];
    for (int k = 0; k < KINDS; k++) {
        build(&s, k);
        assert_int_equal(xw_db_open(&db[k], folders[k], NULL), NH_OK);
    }
    compare_list(db, "", 0);
    compare_terms(db);
    for (int k = 0; k < KINDS; k++)
        xw_db_free(db[k]);
}

/* ---- What the writer must refuse. */

static struct glass_run run_of(const char *bytes, size_t len, uint32_t count,
                               uint64_t sum)
{
    return (struct glass_run){(const uint8_t *)bytes, len, count, sum};
}

static void what_does_not_add_up_is_refused(void **state)
{
    (void)state;
    struct glass_writer w;
    struct nh_error err;
    struct glass_stats stats = {2, 2, 1, 1, 1, 2};
    struct glass_run lengths = run_of("\0\1\0\1", 4, 2, 2);
    struct glass_run good = run_of("\0\1\0\1", 4, 2, 2);
    static const struct {
        const char *what;
        struct glass_run run;
        const char *term;
    } bad[] = {{"wrong count", {(const uint8_t *)"\0\1\0\1", 4, 3, 2}, "t"},
               {"wrong sum", {(const uint8_t *)"\0\1\0\1", 4, 2, 3}, "t"},
               {"cut", {(const uint8_t *)"\0\1\0", 3, 2, 2}, "t"},
               {"docid wraps",
                {(const uint8_t *)"\xff\xff\xff\xff\x0f\1\0\1", 8, 2, 2},
                "t"}};
    remove_all("built.bad");
    file_mkdir("built.bad", &err);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(glass_open(&w, "built.bad", &err), NH_OK);
        assert_int_equal(glass_lengths(&w, &lengths, &err), NH_OK);
        assert_int_equal(
            glass_term(&w, slice_of(bad[i].term), &bad[i].run, &err),
            NH_EINTERNAL);
        assert_int_equal(glass_finish(&w, &stats, &err), NH_EINTERNAL);
        assert_false(file_exists("built.bad/iamglass"));
    }
    assert_int_equal(glass_open(&w, "built.bad", &err), NH_OK);
    glass_lengths(&w, &lengths, &err);
    glass_term(&w, slice_of("b"), &good, &err);
    assert_int_equal(glass_term(&w, slice_of("a"), &good, &err), NH_EINTERNAL);
    glass_abort(&w);
    assert_int_equal(glass_open(&w, "built.bad", &err), NH_OK);
    glass_lengths(&w, &lengths, &err);
    char lengthy[300];
    memset(lengthy, 'x', sizeof lengthy);
    assert_int_equal(glass_term(&w, (struct slice){lengthy, 300}, &good, &err),
                     NH_EINTERNAL);
    glass_abort(&w);
    /* Lengths that are not the sum of the terms. */
    assert_int_equal(glass_open(&w, "built.bad", &err), NH_OK);
    glass_lengths(&w, &lengths, &err);
    assert_int_equal(glass_finish(&w, &stats, &err), NH_EINTERNAL);
    assert_false(file_exists("built.bad/iamglass"));
    /* And the same with everything right. */
    assert_int_equal(glass_open(&w, "built.bad", &err), NH_OK);
    glass_lengths(&w, &lengths, &err);
    glass_term(&w, slice_of("a"), &good, &err);
    assert_int_equal(glass_finish(&w, &stats, &err), NH_OK);
    assert_true(file_exists("built.bad/iamglass"));
    assert_true(glass_supported("built.bad"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_databases_are_equal),
        cmocka_unit_test(long_lists_over_many_blocks_are_equal),
        cmocka_unit_test(long_lists_stand_in_one_place),
        cmocka_unit_test(compacting_both_keeps_both),
        cmocka_unit_test(what_the_writer_refuses_is_built_through_the_api),
        cmocka_unit_test(what_does_not_add_up_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
