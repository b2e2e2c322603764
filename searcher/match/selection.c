/* Owns the choice of the best matches by a key: a heap of as many as the page
 * needs, and the blocks of dates that cannot enter it.
 * Promises the same choice in whatever order matches come. */
#include "searcher/match/selection.h"

#include <stdlib.h>

#include "common/base/byte_masks.h"

static bool is_better(struct choice a, struct choice b)
{
    return a.key != b.key ? a.key > b.key : a.docid < b.docid;
}

static int by_key(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;
    return is_better(*x, *y) ? -1 : is_better(*y, *x);
}

/* Puts `d` into a heap of `count`, whose worst is at the top, in its place. */
static void replace_worst(struct choice *heap, size_t count, struct choice d)
{
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_better(heap[child], heap[child + 1]))
            child++;
        if (!is_better(d, heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = d;
}

void selection_add(struct selection *s, struct choice d)
{
    if (s->count < s->room) {
        s->best[s->count++] = d;
        if (s->count == s->room) { /* worst first is a heap */
            qsort(s->best, s->count, sizeof *s->best, by_key);
            for (size_t i = 0; i < s->count / 2; i++) {
                const struct choice swap = s->best[i];
                s->best[i] = s->best[s->count - 1 - i];
                s->best[s->count - 1 - i] = swap;
            }
        }
    } else if (is_better(d, s->best[0])) {
        replace_worst(s->best, s->count, d);
    }
}

void selection_sort(struct selection *s)
{
    qsort(s->best, s->count, sizeof *s->best, by_key);
}

/* ---- By date. */

static int select_docid(struct selection *s, const struct segment_matches *m,
                        uint32_t docid, struct nh_error *err)
{
    const struct manifest_segment *info = m->segment->info;
    int64_t date;
    if (docid < info->first || docid > info->last) /* a neighbour's */
        return NH_OK;
    int rc =
        date_column_get(&m->segment->dates, info->first, docid, &date, err);
    if (rc == NH_OK)
        selection_add(s, (struct choice){date == DATE_COLUMN_NONE || !s->oldest
                                             ? date
                                             : -date,
                                         docid});
    return rc;
}

/* Keys that no date of a word of matches is better than, by word from the
 * segment's first on, and by group of words. Words lie over two blocks of
 * dates, but for those of the first segment. */
struct word_bounds {
    const int64_t *words, *groups; /* NULL: there are none */
    bool two;
};

static struct word_bounds word_bounds_of(const struct selection *s,
                                         const struct segment_matches *m)
{
    const struct date_column *dates = &m->segment->dates;
    const struct date_bounds *b = s->oldest ? &dates->oldest : &dates->newest;
    const bool two = (m->segment->info->first - m->from) % 64 > 0;
    if (!dates->all)
        return (struct word_bounds){NULL, NULL, false};
    return (struct word_bounds){b->blocks - two, b->groups, two};
}

/* Whether all articles of `word` are too old, or new, for the selection. */
static inline bool is_hopeless(const struct selection *s,
                               const struct word_bounds *b, uint64_t word)
{
    if (!b->words || s->count < s->room)
        return false;
    const int64_t worst = s->best[0].key;
    return b->words[word] < worst && (!b->two || b->words[word + 1] < worst);
}

/* The same of a group. */
static inline bool group_is_hopeless(const struct selection *s,
                                     const struct word_bounds *b, uint64_t word)
{
    return b->words && s->count == s->room &&
           b->groups[word / DATE_COLUMN_GROUP] < s->best[0].key;
}

static int select_ascending(struct selection *s,
                            const struct segment_matches *m, uint64_t from,
                            uint64_t to, struct nh_error *err)
{
    const struct word_bounds bounds = word_bounds_of(s, m);
    int rc = NH_OK;
    for (uint64_t n = from; rc == NH_OK && n <= to; n++) {
        const uint64_t word = n - from;
        if (word % DATE_COLUMN_GROUP == 0 &&
            group_is_hopeless(s, &bounds, word)) {
            n += DATE_COLUMN_GROUP - 1;
            continue;
        }
        uint64_t bits = m->bits[n];
        if (bits == 0 || is_hopeless(s, &bounds, word))
            continue;
        for (; rc == NH_OK && bits; bits &= bits - 1)
            rc = select_docid(
                s, m, m->from + (uint32_t)(n * 64) + bit_first(bits), err);
    }
    return rc;
}

static int select_descending(struct selection *s,
                             const struct segment_matches *m, uint64_t from,
                             uint64_t to, struct nh_error *err)
{
    const struct word_bounds bounds = word_bounds_of(s, m);
    int rc = NH_OK;
    for (uint64_t n = to + 1; rc == NH_OK && n-- > from;) {
        const uint64_t word = n - from;
        if (word % DATE_COLUMN_GROUP == DATE_COLUMN_GROUP - 1 &&
            group_is_hopeless(s, &bounds, word)) {
            n -= DATE_COLUMN_GROUP - 1;
            continue;
        }
        uint64_t bits = m->bits[n];
        if (bits == 0 || is_hopeless(s, &bounds, word))
            continue;
        while (rc == NH_OK && bits) {
            const unsigned bit = bit_last(bits);
            bits ^= UINT64_C(1) << bit;
            rc = select_docid(s, m, m->from + (uint32_t)(n * 64) + bit, err);
        }
    }
    return rc;
}

/* Archives grow in order of their
 * dates: from the end that is wanted, most of the best come first. */
int selection_add_segment(struct selection *s, const struct segment_matches *m,
                          struct nh_error *err)
{
    struct snapshot_segment *segment = m->segment;
    const uint32_t first = segment->info->first, last = segment->info->last;
    const uint64_t from = (first - m->from) / 64, to = (last - m->from) / 64;
    const uint64_t count =
        segment->dates.all ? 0 : bits_count(m->bits + from, to - from + 1);
    if (count == 0 && !segment->dates.all)
        return NH_OK;
    int rc = date_column_begin(&segment->dates, &segment->glass, first, last,
                               (uint32_t)count, err);
    if (rc == NH_OK)
        rc = segment->dates.all && !s->oldest
                 ? select_descending(s, m, from, to, err)
                 : select_ascending(s, m, from, to, err);
    date_column_end(&segment->dates);
    return rc;
}
