/* Owns the counting of words.
 * Codes end in bytes that stand nowhere else in them (stream.h), so that they
 * are counted without being decoded. */
#include "searcher/insight/word_counts.h"

#include <stdlib.h>

static uint32_t count_codes(struct slice plane, uint8_t stoppers)
{
    const uint8_t *bytes = (const uint8_t *)plane.data;
    uint32_t n = 0;
    for (size_t i = 0; i < plane.len; i++)
        n += bytes[i] >= stoppers;
    return n;
}

static uint32_t count_stored(struct slice text)
{
    struct word_scanner s;
    struct word w;
    uint32_t n = 0;
    word_scanner_init(&s, text);
    while (word_next(&s, &w))
        n++;
    word_scanner_release(&s);
    return n;
}

static int count_article(const struct snapshot *s, uint32_t docid,
                         uint32_t *count, struct nh_error *err)
{
    struct article_record record;
    struct snapshot_segment *segment;
    struct stream_parts parts;
    int rc = snapshot_record(s, docid, &record, &segment, err);
    if (rc != NH_OK)
        return rc;
    if (!stream_split(record.stream, &parts))
        return error_set(err, NH_ECORRUPT, "article %u has a damaged text",
                         (unsigned)docid);
    const uint8_t stoppers = (uint8_t)(256 - segment->dict->s);
    *count = parts.stored ? count_stored(parts.text)
                          : count_codes(parts.title_plane, stoppers) +
                                count_codes(parts.body_plane, stoppers);
    return NH_OK;
}

int word_counts(const uint32_t **counts, nh_index *index, struct nh_error *err)
{
    const struct snapshot *s = &index->snapshot;
    int rc = NH_OK;
    *counts = index->word_counts;
    if (index->word_counts || s->count == 0)
        return NH_OK;
    const uint32_t first = s->segments[0].info->first,
                   last = s->segments[s->count - 1].info->last;
    uint32_t *made = calloc((size_t)(last - first) + 1, sizeof *made);
    if (!made)
        return error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        const struct articles *a = &s->segments[i].articles;
        for (uint32_t d = a->first;
             rc == NH_OK && (d = articles_next(a, d)) != 0; d++)
            if (snapshot_live(s, d))
                rc = count_article(s, d, &made[d - first], err);
    }
    if (rc != NH_OK) {
        free(made);
        return rc;
    }
    *counts = index->word_counts = made;
    return NH_OK;
}
