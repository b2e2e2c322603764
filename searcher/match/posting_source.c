/* Owns the lists that matches come from, one for each segment.
 * Promises that a match is left out only if its score is below what is asked
 * for, or its article is tombstoned.
 *
 * An OR goes through windows of article numbers, as MaxScore does (Turtle and
 * Flood 1995; the bounds are those of the blocks in the window): the words that
 * cannot reach the score together are left out at first; the scores of the
 * others are added up in an array; only for articles that could still reach it
 * the left ones are looked up, the strongest first. All other trees are
 * evaluated article by article (match_tree.h). */
#include "searcher/match/posting_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/byte_masks.h"
#include "common/store/bm25.h"

/* Numbers in a window at most, and in the first one. */
#define WINDOW 4096u
#define WINDOW_FIRST 128u
/* Smaller windows, which have tighter bounds, do not pay. */
#define WINDOW_LEAST 512u

/* One word, or other part, of an OR. */
struct arm {
    struct tree_cursor *cursor;
    double bound; /* in the window */
};

struct window {
    uint32_t docids[WINDOW]; /* of candidates, ascending */
    double scores[WINDOW];
    double sums[WINDOW]; /* all 0 between uses */
    uint64_t bits[WINDOW / 64];
};

/* An article whose text is still to be looked at. */
struct suspect {
    uint32_t docid;
    double score;
};

/* So many are fetched from memory at a time, since each lies somewhere else. */
#define SUSPECTS 24

/* The matches in one segment. */
struct match_list {
    struct posting_source *source;
    struct tree_cursor *root;
    uint32_t last; /* docid that may be given */
    const uint8_t
        *tombstones; /* a bit for each number from `base` on, or NULL */
    uint32_t base;
    struct arm *arms; /* of an OR or a single word; NULL: other trees */
    size_t arm_count;
    bool sorted;           /* they were, once */
    struct window *window; /* made when needed */
    uint32_t end;          /* what is before was looked at */
    uint32_t span;         /* of the next window */
    uint32_t count, pos;   /* candidates, or suspects; the next one */
    bool suspicious;       /* only the texts decide in the end */
    struct suspect suspects[SUSPECTS];
    const struct articles *articles;
    double weight; /* of the last one given */
};

static void list_close(struct match_list *l)
{
    if (!l)
        return;
    tree_cursor_free(l->root);
    free(l->arms);
    free(l->window);
    free(l);
}

/* The parts of the root, if that goes through windows. */
static int make_arms(struct match_list *l, struct nh_error *err)
{
    bool term = l->root->op == TREE_TERM;
    if (!term && l->root->op != TREE_OR)
        return NH_OK;
    l->arm_count = term ? 1 : l->root->count;
    l->arms = calloc(l->arm_count + 1, sizeof *l->arms);
    for (size_t i = 0; l->arms && i < l->arm_count; i++)
        l->arms[i].cursor = term ? l->root : &l->root->children[i];
    return l->arms ? NH_OK : error_nomem(err);
}

/* Opens the matches of segment i of the snapshot. */
static int list_open(struct match_list **out, struct posting_source *source,
                     size_t i, struct nh_error *err)
{
    const struct snapshot *s = source->state->snapshot;
    const struct snapshot_segment *segment = &s->segments[i];
    *out = NULL;
    struct match_list *l = calloc(1, sizeof *l);
    if (!l)
        return error_nomem(err);
    l->source = source;
    int rc = tree_cursor_new(&l->root, source->tree, s, i, source->scored,
                             source->state, err);
    if (rc == NH_OK)
        rc = make_arms(l, err);
    if (rc != NH_OK) {
        list_close(l);
        return rc;
    }
    const struct blocks *b = &segment->blocks;
    const uint32_t segment_last = b->first + (b->slots - 1);
    l->tombstones = segment->tombstones;
    l->base = segment->info->first;
    l->end = source->first > b->first ? source->first : b->first;
    l->last = source->last < segment_last ? source->last : segment_last;
    l->span = WINDOW_FIRST;
    l->articles = &segment->articles;
    l->suspicious = tree_cursor_only_checks(l->root);
    *out = l;
    return NH_OK;
}

static bool is_dead(const struct match_list *l, uint32_t docid)
{
    uint32_t n = docid - l->base;
    return l->tombstones && (l->tombstones[n / 8] & (1u << n % 8));
}

/* Whether matches still have to be counted, and nothing may be left out. */
static bool counting(const struct match_list *l)
{
    return l->source->counted < l->source->exactly;
}

/* Ends the counting: every match up to `docid` was counted. */
static void end_counting(struct posting_source *source, uint32_t docid)
{
    source->exactly = source->counted;
    source->reached = docid;
    source->counted_there = source->counted;
}

static void count(struct match_list *l, uint64_t found, uint32_t docid)
{
    struct posting_source *source = l->source;
    source->counted += found;
    if (!counting(l) && source->reached == 0)
        end_counting(source, docid);
}

/* Notes a match that is counted. */
static inline void note(const struct match_list *l, uint32_t docid)
{
    const struct posting_source *source = l->source;
    const uint32_t n = docid - source->found_from;
    if (source->found)
        source->found[n / 64] |= UINT64_C(1) << n % 64;
}

double match_recency(double recency, int64_t now, struct nh_date date)
{
    if (date.precision == DATE_NONE)
        return 0.5;
    double age = ((double)now - (double)date.seconds) / 86400;
    return (1 + exp2(-(age > 0 ? age : 0) / recency)) / 2;
}

/* The score with regard to the article's age, never more than without. */
static double aged(const struct match_list *l, uint32_t docid, double score)
{
    const struct posting_source *source = l->source;
    struct article_record record;
    struct article_values values;
    struct nh_date date;
    struct nh_error err;
    if (!(source->recency > 0) || !(score > 0))
        return score;
    int rc = articles_record(l->articles, docid, &record, &err);
    if (rc == NH_OK)
        rc = article_values_begin(&values, l->articles, &record, &date, &err);
    if (rc != NH_OK) {
        match_fail(source->state, rc, &err);
        return 0;
    }
    return bm25_round(score *
                      match_recency(source->recency, source->now, date));
}

/* ---- Windows. */

/* Sets the end of the window from l->end on, and the bounds of the arms in it.
 * Returns their sum. */
static double measure(struct match_list *l, uint32_t *end)
{
    const uint32_t start = l->end, most = l->last - start + 1;
    uint32_t size = l->span < most ? l->span : most;
    /* It ends with a block, if one ends in it, since the bounds are its. */
    for (size_t i = 0; i < l->arm_count; i++) {
        uint32_t upto;
        tree_cursor_bound(l->arms[i].cursor, start, &upto);
        if (upto != CURSOR_END && upto - start >= WINDOW_LEAST &&
            upto - start < size)
            size = upto - start + 1;
    }
    double sum = 0;
    for (size_t i = 0; i < l->arm_count; i++) {
        struct arm *a = &l->arms[i];
        a->bound = tree_cursor_bound_to(a->cursor, start, start + (size - 1));
        sum += a->bound;
    }
    *end = start + size;
    return sum;
}

static int by_bound(const void *a, const void *b)
{
    const struct arm *x = a, *y = b;
    return (x->bound > y->bound) - (x->bound < y->bound);
}

/* Sorts the arms by bound, least first, and counts those that do not reach
 * `least` together; *sum is what these can add. */
static size_t divide(struct match_list *l, double least, double *sum)
{
    if (l->arm_count > 64 && !l->sorted)
        qsort(l->arms, l->arm_count, sizeof *l->arms, by_bound);
    l->sorted = true;
    for (size_t i = 1; i < l->arm_count; i++) { /* nearly sorted mostly */
        struct arm a = l->arms[i];
        size_t k = i;
        for (; k > 0 && l->arms[k - 1].bound > a.bound; k--)
            l->arms[k] = l->arms[k - 1];
        l->arms[k] = a;
    }
    size_t n = 0;
    *sum = 0;
    while (n < l->arm_count && *sum + l->arms[n].bound < least)
        *sum += l->arms[n++].bound;
    return n;
}

/* Adds what the first `n` arms, which can add `sum`, have for the article; true
 * if it reaches `least`. */
static bool complete(struct match_list *l, size_t n, double sum, double least,
                     uint32_t docid, double *score)
{
    while (n > 0 && *score + sum >= least) {
        struct arm *a = &l->arms[--n];
        if (tree_cursor_seek(a->cursor, docid, 0) == docid &&
            tree_cursor_confirm(a->cursor))
            *score += tree_cursor_score(a->cursor, true);
        sum -= a->bound;
    }
    return *score >= least;
}

/* Collects the candidates of the window [start, start + size). */
static void collect(struct match_list *l, uint32_t start, uint32_t size,
                    size_t left_out, double sum, double least)
{
    struct window *w = l->window;
    uint64_t found = 0;
    l->count = l->pos = 0;
    for (size_t i = left_out; i < l->arm_count; i++)
        tree_cursor_add(l->arms[i].cursor, start, size,
                        l->source->scored ? w->sums : NULL, w->bits);
    for (uint32_t word = 0; word <= (size - 1) / 64; word++) {
        uint64_t bits = w->bits[word];
        w->bits[word] = 0;
        for (; bits; bits &= bits - 1) {
            uint32_t n = word * 64 + (uint32_t)__builtin_ctzll(bits);
            double score = w->sums[n];
            w->sums[n] = 0;
            if (is_dead(l, start + n))
                continue;
            found++;
            if (left_out == 0)
                note(l, start + n);
            if (score + sum < least ||
                !complete(l, left_out, sum, least, start + n, &score))
                continue;
            w->docids[l->count] = start + n;
            w->scores[l->count++] = score;
        }
    }
    if (left_out == 0)
        count(l, found, start + (size - 1));
}

/* Looks at the next window that has a candidate; false at the end. */
static bool fill(struct match_list *l, double least)
{
    struct match_state *state = l->source->state;
    struct nh_error err;
    if (!l->window)
        l->window = calloc(1, sizeof *l->window);
    if (!l->window)
        match_fail(state, error_nomem(&err), &err);
    while (state->failed == NH_OK && l->end <= l->last) {
        const uint32_t start = l->end;
        double sum = 0;
        size_t left_out = 0;
        if (!(least > 0) || counting(l)) { /* all of them */
            uint32_t rest = l->last - start + 1;
            l->end = start + (l->span < rest ? l->span : rest);
        } else if (measure(l, &l->end) >= least) {
            left_out = divide(l, least, &sum);
        } else {
            left_out = l->arm_count;
        }
        l->span = l->span * 2 < WINDOW ? l->span * 2 : WINDOW;
        if (left_out == l->arm_count)
            continue;
        collect(l, start, l->end - start, left_out, sum, least);
        if (l->count > 0)
            return true;
    }
    l->count = l->pos = 0;
    free(l->window); /* other segments will want theirs */
    l->window = NULL;
    return false;
}

static uint32_t next_candidate(struct match_list *l, double least)
{
    do {
        while (l->pos < l->count) {
            uint32_t i = l->pos++;
            if (least > 0 && l->window->scores[i] < least)
                continue;
            l->weight = aged(l, l->window->docids[i], l->window->scores[i]);
            if (!(least > 0) || l->weight >= least)
                return l->window->docids[i];
        }
    } while (fill(l, least));
    return 0;
}

/* ---- Article by article. */

static uint32_t next_article(struct match_list *l, double least)
{
    while (l->end <= l->last && l->source->state->failed == NH_OK) {
        const double floor = counting(l) ? 0 : least;
        uint32_t docid = tree_cursor_seek(l->root, l->end, floor);
        if (docid > l->last)
            break;
        l->end = docid + 1;
        if (is_dead(l, docid) ||
            (floor > 0 && tree_cursor_score(l->root, false) < floor) ||
            !tree_cursor_confirm(l->root))
            continue;
        count(l, 1, docid);
        note(l, docid);
        l->weight = aged(l, docid, tree_cursor_score(l->root, true));
        if (!(least > 0) || l->weight >= least)
            return docid;
    }
    return 0;
}

/* Collects articles that everything but their texts speaks for. */
static bool find_suspects(struct match_list *l, double floor)
{
    l->count = l->pos = 0;
    while (l->count < SUSPECTS && l->end <= l->last) {
        uint32_t docid = tree_cursor_seek(l->root, l->end, floor);
        if (docid > l->last) {
            l->end = l->last + 1;
            break;
        }
        l->end = docid + 1;
        if (is_dead(l, docid))
            continue;
        double score = tree_cursor_score(l->root, false);
        if (score < floor)
            continue;
        l->suspects[l->count++] = (struct suspect){docid, score};
        articles_fetch_slot(l->articles, docid);
    }
    for (uint32_t i = 0; i < l->count; i++)
        articles_fetch_record(l->articles, l->suspects[i].docid);
    return l->count > 0;
}

static uint32_t next_suspect(struct match_list *l, double least)
{
    do {
        while (l->pos < l->count && l->source->state->failed == NH_OK) {
            const struct suspect *s = &l->suspects[l->pos++];
            if (!counting(l) && s->score < least)
                continue;
            l->weight = aged(l, s->docid, s->score);
            if ((!counting(l) && l->weight < least) ||
                !tree_cursor_check(l->root, s->docid))
                continue;
            count(l, 1, s->docid);
            note(l, s->docid);
            if (l->weight >= least)
                return s->docid;
        }
    } while (l->source->state->failed == NH_OK &&
             find_suspects(l, counting(l) ? 0 : least));
    return 0;
}

/* ---- What a search calls. */

/* The score that matters: what is asked for, or what another search knows. */
static double threshold(const struct match_list *l, double least)
{
    struct match_share *share = l->source->share;
    uint64_t bits, known;
    if (!l->source->scored || !(least > 0))
        return 0;
    if (!share)
        return least;
    memcpy(&bits, &least, sizeof bits);
    known = atomic_load_explicit(&share->least, memory_order_relaxed);
    while (known < bits && !atomic_compare_exchange_weak_explicit(
                               &share->least, &known, bits,
                               memory_order_relaxed, memory_order_relaxed))
        ;
    if (known > bits)
        memcpy(&least, &known, sizeof least);
    return least;
}

/* Counting goes on while nothing can be left out anyway, or it is cheap. */
static void stop_counting(struct match_list *l, double least)
{
    struct posting_source *source = l->source;
    if (!(least > 0) || !counting(l) || source->exactly == UINT64_MAX ||
        (source->state->texts < COUNT_TEXTS && !source->sample))
        return;
    /* Suspects that wait were not counted. */
    end_counting(source, l->suspicious && l->pos < l->count
                             ? l->suspects[l->pos].docid - 1
                             : l->end - 1);
}

/* The next match, 0 at the end; those that score less than `least` do not
 * matter, and may be left out. */
static uint32_t list_next(struct match_list *l, double least)
{
    least = threshold(l, least);
    stop_counting(l, least);
    return l->arms         ? next_candidate(l, least)
           : l->suspicious ? next_suspect(l, least)
                           : next_article(l, least);
}

bool posting_source_overlaps(const struct posting_source *source, size_t i)
{
    const struct manifest_segment *info =
        source->state->snapshot->segments[i].info;
    return info->first <= source->last && info->last >= source->first;
}

int posting_source_walk(struct posting_source *source, match_take_fn *take,
                        void *ctx, struct nh_error *err)
{
    const struct snapshot *s = source->state->snapshot;
    struct match_list *list;
    double least = 0;
    uint32_t docid;
    for (size_t i = 0; i < s->count; i++) {
        if (!posting_source_overlaps(source, i))
            continue;
        int rc = list_open(&list, source, i, err);
        if (rc != NH_OK)
            return rc;
        while ((docid = list_next(list, least)) != 0)
            least = take(ctx, docid, list->weight);
        list_close(list);
    }
    return NH_OK;
}

/* ---- Counting alone. */

/* Of 64 articles from `docid` on, those that are not deleted. */
static uint64_t live_of(const struct match_list *l, uint32_t docid,
                        uint64_t bits)
{
    uint64_t live = bits;
    for (; bits; bits &= bits - 1)
        if (is_dead(l, docid + bit_first(bits)))
            live &= ~(bits & -bits);
    return live;
}

/* Notes articles from `docid` on, 64 a word. */
static void note_bits(const struct posting_source *source, uint32_t docid,
                      const uint64_t *bits, size_t words)
{
    const uint32_t n = docid - source->found_from, shift = n % 64;
    uint64_t *found = source->found + n / 64;
    for (size_t i = 0; i < words; i++)
        found[i] |= bits[i] << shift;
    for (size_t i = 0; shift > 0 && i < words; i++)
        if (bits[i] >> (64 - shift)) /* else there may be no such word */
            found[i + 1] |= bits[i] >> (64 - shift);
}

/* Counts the matches of the next window of a list with arms. Where words of
 * `found` begin as the window does, they take the bits as they come. */
static void count_window(struct match_list *l, uint64_t bits[WINDOW / 64])
{
    const struct posting_source *source = l->source;
    const uint32_t start = l->end, rest = l->last - start + 1;
    const uint32_t size = rest < WINDOW ? rest : WINDOW;
    const size_t words = (size + 63) / 64;
    const bool fits = source->found && (start - source->found_from) % 64 == 0;
    uint64_t *to =
        fits ? source->found + (start - source->found_from) / 64 : bits;
    for (size_t i = 0; i < l->arm_count; i++)
        tree_cursor_add(l->arms[i].cursor, start, size, NULL, to);
    for (size_t i = 0; l->tombstones && i < words; i++)
        to[i] = live_of(l, start + (uint32_t)i * 64, to[i]);
    l->end = start + size;
    count(l, bits_count(to, words), l->end - 1);
    if (source->found && !fits)
        note_bits(source, start, bits, words);
    if (!fits)
        memset(bits, 0, words * sizeof *bits);
}

static void count_list(struct match_list *l)
{
    uint64_t bits[WINDOW / 64] = {0}; /* all 0 between windows */
    if (!l->arms) {
        while (list_next(l, 0) != 0)
            ;
        return;
    }
    while (l->source->state->failed == NH_OK && l->end <= l->last)
        count_window(l, bits);
}

int posting_source_count(struct posting_source *source, struct nh_error *err)
{
    const struct snapshot *s = source->state->snapshot;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        struct match_list *list;
        if (!posting_source_overlaps(source, i))
            continue;
        rc = list_open(&list, source, i, err);
        if (rc != NH_OK)
            break;
        count_list(list);
        list_close(list);
    }
    return rc;
}
