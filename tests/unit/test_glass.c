/* The reader of Xapian's tables: whatever bytes a table or a version file has,
 * it ends, with an error or with docids that ascend and lie in the segment. */
#include "tests/unit/harness.h"

#include "common/base/file.h"
#include "common/store/glass_reader.h"
#include "indexer/segment/glass_writer.h"

#define DOCUMENTS 150u
#define FIRST 1000u
#define LAST (FIRST + DOCUMENTS - 1)
#define TERMS 700u

static struct buf version, table;

/* A list of every step-th document, in the form of a chunk's body. */
static void make_run(struct buf *out, struct glass_run *run, uint32_t step,
                     uint32_t wdf)
{
    uint32_t last = 0;
    buf_reset(out);
    memset(run, 0, sizeof *run);
    for (uint32_t d = FIRST; d <= LAST; d += step) {
        buf_append_varint(out, d - last - 1);
        buf_append_varint(out, wdf);
        last = d;
        run->count++;
        run->collection += wdf;
    }
    run->data = (const uint8_t *)out->data;
    run->len = out->len;
}

/* A table with dates, lengths and lists over many blocks. */
static int make_tables(void **state)
{
    (void)state;
    struct glass_writer w;
    struct glass_run run;
    struct buf body = BUF_INIT, values = BUF_INIT, name = BUF_INIT;
    uint64_t total = 0;
    struct glass_stats stats = {DOCUMENTS, LAST, 1, 1, 1, 0};
    remove_all("glass.dir");
    file_mkdir("glass.dir", NULL);
    for (uint32_t d = FIRST; d <= LAST; d++) {
        buf_append(&values, &d, sizeof d);
        buf_append(&values, "\x80\0\0\0\x46\0\0\7", 8);
    }
    assert_int_equal(glass_open(&w, "glass.dir", NULL), NH_OK);
    assert_int_equal(
        glass_values(&w, 0, (const uint8_t *)values.data, DOCUMENTS, 8, NULL),
        NH_OK);
    for (uint32_t n = 0; n < TERMS; n++) {
        make_run(&body, &run, 1 + n % 7, 1);
        total += run.collection;
    }
    /* All lengths are the same but the last, which takes the rest. */
    uint32_t last = 0;
    const uint64_t each = total / DOCUMENTS;
    buf_reset(&body);
    for (uint32_t d = FIRST; d <= LAST; d++) {
        buf_append_varint(&body, d - last - 1);
        buf_append_varint(&body,
                          d < LAST ? each : total - each * (DOCUMENTS - 1));
        last = d;
    }
    run = (struct glass_run){(const uint8_t *)body.data, body.len, DOCUMENTS,
                             total};
    assert_int_equal(glass_lengths(&w, &run, NULL), NH_OK);
    for (uint32_t n = 0; n < TERMS; n++) {
        char term[16];
        snprintf(term, sizeof term, "term%06u", n);
        make_run(&body, &run, 1 + n % 7, 1);
        assert_int_equal(
            n % 5 ? glass_term(&w, slice_of(term), &run, NULL)
                  : glass_term_packed(&w, slice_of(term), &run, NULL),
            NH_OK);
    }
    stats.length_max = (uint32_t)total;
    stats.total_length = total;
    assert_int_equal(glass_finish(&w, &stats, NULL), NH_OK);
    assert_int_equal(
        file_read(file_join(&name, "glass.dir", "iamglass"), &version, NULL),
        NH_OK);
    assert_int_equal(file_read(file_join(&name, "glass.dir", "postlist.glass"),
                               &table, NULL),
                     NH_OK);
    buf_release(&body);
    buf_release(&values);
    buf_release(&name);
    return 0;
}

static int drop_tables(void **state)
{
    (void)state;
    buf_release(&version);
    buf_release(&table);
    return 0;
}

/* Reads a list that was opened, or not. */
static int walk_list(struct glass_postings *list, int more)
{
    uint32_t last = FIRST - 1;
    while (more == 1 && (more = glass_postings_next(list, NULL)) == 1) {
        assert_true(list->docid > last && list->docid <= LAST);
        last = list->docid;
    }
    glass_postings_release(list);
    return more;
}

/* Reads all that there is; the first error, or 0. */
static int walk(const struct glass_reader *g)
{
    struct glass_terms terms;
    struct glass_postings list;
    struct glass_values values;
    struct buf room = BUF_INIT;
    struct slice term, least, most;
    uint32_t count, last = FIRST - 1;
    int more = 0, rc = 0;
    int opened = glass_postings_open(&list, g, (struct slice){"", 0}, NULL);
    more = walk_list(&list, opened);
    rc = more < 0 ? more : rc;
    opened = glass_terms_open(&terms, g, slice_of("term0000"), NULL);
    more = opened == NH_OK ? 1 : opened;
    while (more == 1 && (more = glass_terms_next(&terms, &term, NULL)) == 1) {
        opened = glass_terms_postings(&terms, &list, NULL);
        const int walked = walk_list(&list, opened == NH_OK ? 1 : opened);
        more = walked < 0 ? walked : 1;
    }
    glass_terms_release(&terms);
    rc = more < 0 ? more : rc;
    more = walk_list(
        &list, glass_postings_open(&list, g, slice_of("term000333"), NULL));
    rc = more < 0 ? more : rc;
    glass_values_init(&values, g, 0);
    while ((more = glass_values_seek(&values, last + 1, NULL)) == 1) {
        assert_true(values.docid > last && values.docid <= LAST);
        last = values.docid;
    }
    glass_values_release(&values);
    rc = more < 0 ? more : rc;
    more = glass_value_bounds(g, 0, &room, &count, &least, &most, NULL);
    buf_release(&room);
    return more < 0 ? more : rc;
}

static int open_and_walk(void)
{
    struct glass_reader g;
    int rc = glass_reader_open(&g, "seg-000001", FIRST, LAST,
                               buf_slice(&version), buf_slice(&table), NULL);
    return rc == NH_OK ? walk(&g) : rc;
}

static void what_is_whole_is_read(void **state)
{
    (void)state;
    assert_true(table.len >= 5 * GLASS_BLOCK);
    assert_int_equal(open_and_walk(), NH_OK);
}

/* Puts each of some bytes into each place. */
static void change_each(struct buf *b, size_t step)
{
    static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff, 0x20};
    for (size_t i = 0; i < b->len; i += step) {
        const char was = b->data[i];
        for (size_t k = i % 2; k < sizeof bytes; k += 2) {
            b->data[i] = (char)bytes[k];
            const int rc = open_and_walk();
            assert_true(rc == NH_OK || rc == NH_ECORRUPT);
        }
        b->data[i] = was;
    }
}

static void changed_bytes_of_the_version_file_are_safe(void **state)
{
    (void)state;
    change_each(&version, 1);
    const size_t len = version.len;
    for (version.len = 0; version.len < len; version.len++)
        assert_int_equal(open_and_walk(), NH_ECORRUPT);
}

static void changed_bytes_of_a_table_are_safe(void **state)
{
    (void)state;
    change_each(&table, 97);
    /* Heads and directories, where all else is found by. */
    for (size_t block = 0; block < table.len; block += GLASS_BLOCK) {
        struct buf part = {table.data + block, 60, 60, false};
        change_each(&part, 1);
    }
}

static void a_table_that_ends_early_is_safe(void **state)
{
    (void)state;
    const size_t len = table.len;
    for (table.len = 0; table.len < len; table.len += 1000)
        assert_int_equal(open_and_walk(), NH_ECORRUPT);
    table.len = len;
}

/* All items of the root lead to the same leaf: keys would come again and again.
 */
static void a_tree_that_repeats_itself_ends(void **state)
{
    (void)state;
    struct buf whole = BUF_INIT;
    buf_append(&whole, table.data, table.len);
    uint8_t *root = (uint8_t *)table.data + table.len - GLASS_BLOCK;
    assert_int_equal(root[4], 1); /* its level */
    const size_t items = (size_t)((root[9] << 8 | root[10]) - 11) / 2;
    for (size_t i = 0; i < items; i++)
        memset(root + (root[11 + 2 * i] << 8 | root[12 + 2 * i]), 0, 4);
    assert_int_equal(open_and_walk(), NH_ECORRUPT);
    memcpy(table.data, whole.data, whole.len);
    buf_release(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_whole_is_read),
        cmocka_unit_test(changed_bytes_of_the_version_file_are_safe),
        cmocka_unit_test(changed_bytes_of_a_table_are_safe),
        cmocka_unit_test(a_table_that_ends_early_is_safe),
        cmocka_unit_test(a_tree_that_repeats_itself_ends)};
    return cmocka_run_group_tests(tests, make_tables, drop_tables);
}
