/* Owns the check of Xapian's tables.
 * Promises to read all of them, with the reader that searches use. */
#include "indexer/upkeep/glass_check.h"

#include "common/text/schema.h"

/* Every key in order, every tag unpacked; the root knows their number. */
static int check_items(const struct glass_reader *g, struct nh_error *err)
{
    struct glass_cursor c;
    struct buf room = BUF_INIT;
    struct slice tag;
    uint64_t entries = 0;
    int more = glass_cursor_find(&c, &g->table, (struct slice){"", 0}, err);
    if (more == 0)
        more = glass_damaged(&g->table, "its first item is missing", err);
    while (more == 1 && (more = glass_cursor_next(&c, err)) == 1) {
        const int rc = glass_cursor_tag(&c, &room, &tag, err);
        more = rc == NH_OK ? 1 : rc;
        entries++;
    }
    buf_release(&room);
    if (more == 0 && entries != g->entries)
        more = glass_damaged(&g->table, "the number of its keys", err);
    return more;
}

/* Goes through a list that was opened. */
static int check_list(struct glass_postings *list, struct nh_error *err)
{
    uint64_t count = 0, sum = 0;
    int more;
    while ((more = glass_postings_next(list, err)) == 1) {
        count++;
        sum += list->wdf;
    }
    if (more == 0 && (count != list->frequency || sum != list->collection))
        more = glass_damaged(&list->reader->table,
                             "the counts of a posting list", err);
    return more;
}

static int check_terms(const struct glass_reader *g, struct nh_error *err)
{
    struct glass_terms terms;
    struct slice term;
    int more = 0;
    int rc = glass_terms_open(&terms, g, (struct slice){"", 0}, err);
    while (rc == NH_OK && (more = glass_terms_next(&terms, &term, err)) == 1) {
        struct glass_postings list;
        rc = glass_terms_postings(&terms, &list, err);
        if (rc == NH_OK)
            rc = check_list(&list, err);
        glass_postings_release(&list);
    }
    glass_terms_release(&terms);
    return rc == NH_OK ? more : rc;
}

/* `blocks` has the lengths too; scores are made with those. */
static int check_lengths(const struct snapshot_segment *s, struct nh_error *err)
{
    const struct glass_reader *g = &s->glass;
    struct glass_postings list;
    uint64_t total = 0;
    uint32_t documents = 0;
    int more = glass_postings_open(&list, g, (struct slice){"", 0}, err);
    if (more == 0)
        more = glass_damaged(&g->table, "it has no lengths", err);
    while (more == 1 && (more = glass_postings_next(&list, err)) == 1) {
        if (list.wdf != blocks_length(&s->blocks, list.docid))
            more = glass_damaged(&g->table, "the length of an article", err);
        total += list.wdf;
        documents++;
    }
    glass_postings_release(&list);
    if (more == 0 && (documents != g->documents || total != g->total_length ||
                      total != s->blocks.total_length))
        more = glass_damaged(&g->table, "the sum of its lengths", err);
    return more;
}

static int check_values(const struct glass_reader *g, struct nh_error *err)
{
    struct glass_values values;
    struct buf room = BUF_INIT;
    struct slice least, most;
    uint32_t expected = 0, count = 0;
    int more = glass_value_bounds(g, SCHEMA_DATE_SLOT, &room, &expected, &least,
                                  &most, err);
    buf_release(&room);
    if (more < 0)
        return more;
    glass_values_init(&values, g, SCHEMA_DATE_SLOT);
    while ((more = glass_values_seek(&values, values.docid + 1, err)) == 1)
        count++;
    glass_values_release(&values);
    if (more == 0 && count != expected)
        more = glass_damaged(&g->table, "the number of its dates", err);
    return more;
}

int glass_check(const struct snapshot_segment *s, struct nh_error *err)
{
    int rc = check_items(&s->glass, err);
    if (rc == NH_OK)
        rc = check_terms(&s->glass, err);
    if (rc == NH_OK)
        rc = check_lengths(s, err);
    return rc == NH_OK ? check_values(&s->glass, err) : rc;
}
