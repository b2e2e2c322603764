/* Owns concordances: the lines of a query, their choice and their order.
 * Promises that each occurrence has the same chance to be in a sample, and that
 * lines show the text as it stands, white space apart. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/sized.h"
#include "newshound/newshound_reading.h"
#include "searcher/insight/article_words.h"
#include "searcher/insight/reading.h"

#define CONCORDANCE_OPTIONS_LEAST                                              \
    (offsetof(struct nh_concordance_options, effort) + sizeof(uint32_t))
/* Words that lines are sorted by. */
#define KEY_WORDS 8

struct entry {
    uint32_t docid, first, last; /* words */
};

/* An entry of a sample. */
struct chance {
    uint64_t draw; /* the entries with the least ones stay */
    struct entry entry;
};

struct nh_concordance {
    nh_index *index;
    struct reading reading;
    struct nh_concordance_options options;
    struct entry *entries;
    size_t count, cap;
    uint64_t total, articles;
    /* Of the line that was read last. */
    uint32_t docid; /* 0: none */
    struct article_reader article;
    struct arena arena;
    struct buf flat;
    struct nh_concordance_line line;
};

/* ---- Finding. */

/* The n-th number of a random sequence: the finaliser of splitmix64 (Steele,
 * Lea and Flood 2014) over a counter. */
static uint64_t draw_of(uint64_t seed, uint64_t n)
{
    uint64_t z = seed + (n + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A sample: a heap with the greatest draw at the top, once it is full. */
struct sample {
    struct chance *items;
    size_t count, cap, most;
};

static void sift_down(struct sample *s, struct chance c)
{
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < s->count; at = child) {
        if (child + 1 < s->count &&
            s->items[child + 1].draw > s->items[child].draw)
            child++;
        if (s->items[child].draw <= c.draw)
            break;
        s->items[at] = s->items[child];
    }
    s->items[at] = c;
}

static bool sift_up(struct sample *s, struct chance c)
{
    if (s->count == s->cap) {
        struct chance *items = array_grow(s->items, &s->cap, sizeof *items);
        if (!items)
            return false;
        s->items = items;
    }
    size_t at = s->count++;
    for (; at > 0 && s->items[(at - 1) / 2].draw < c.draw; at = (at - 1) / 2)
        s->items[at] = s->items[(at - 1) / 2];
    s->items[at] = c;
    return true;
}

static bool take(struct sample *s, uint64_t draw, struct entry entry)
{
    const struct chance c = {draw, entry};
    if (s->count < s->most)
        return sift_up(s, c);
    if (s->count > 0 && draw < s->items[0].draw)
        sift_down(s, c);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->docid != y->docid)
        return x->docid < y->docid ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->last > y->last) - (x->last < y->last);
}

/* Reads all matches and keeps the sample, in order of the articles. */
static int find(nh_concordance *c, struct nh_error *err)
{
    struct reading *r = &c->reading;
    struct sample s = {NULL, 0, 0, c->options.limit};
    int rc = NH_OK;
    if (c->options.limit == UINT32_MAX)
        s.most = SIZE_MAX;
    for (uint32_t d = 0;
         rc == NH_OK && (d = match_set_next(&r->found, d)) != 0;) {
        rc = reading_article(r, d, err);
        c->articles += r->spans.count > 0;
        for (size_t i = 0; rc == NH_OK && i < r->spans.count; i++) {
            const struct entry e = {d, r->spans.items[i].first,
                                    r->spans.items[i].last};
            if (!take(&s, draw_of(c->options.seed, c->total++), e))
                rc = error_nomem(err);
        }
    }
    c->entries = malloc((s.count + 1) * sizeof *c->entries);
    if (rc == NH_OK && !c->entries)
        rc = error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < s.count; i++)
        c->entries[i] = s.items[i].entry;
    c->count = rc == NH_OK ? s.count : 0;
    free(s.items);
    if (c->count > 0)
        qsort(c->entries, c->count, sizeof *c->entries, by_place);
    return rc;
}

/* ---- Articles. */

/* First word behind the title or body that a word is in, and the first of it.
 */
static size_t section_end(const struct article_words *w, size_t word)
{
    return word < w->titles ? w->titles : w->count;
}

static size_t section_start(const struct article_words *w, size_t word)
{
    return word < w->titles ? 0 : w->titles;
}

/* Reads the article of an entry, unless it is at hand. */
static int come_to(nh_concordance *c, const struct entry *e,
                   struct nh_error *err)
{
    if (c->docid == e->docid)
        return NH_OK;
    c->docid = 0;
    int rc = article_reader_read(&c->article, c->index, e->docid, err);
    if (rc == NH_OK && e->last >= c->article.words.count)
        rc = error_set(err, NH_ECORRUPT, "article %u has too few words",
                       (unsigned)e->docid);
    if (rc == NH_OK)
        c->docid = e->docid;
    return rc;
}

/* ---- Sorting. */

struct sortable {
    struct entry entry;
    int64_t date;     /* the less, the earlier the line */
    struct slice key; /* in an arena */
};

static int by_key(const void *a, const void *b)
{
    const struct sortable *x = a, *y = b;
    const int order = slice_order(x->key, y->key);
    if (order)
        return order;
    if (x->date != y->date)
        return x->date < y->date ? -1 : 1;
    return by_place(&x->entry, &y->entry);
}

/* Appends words [from, to), folded, with blanks between. */
static void fold_words(const struct article_words *w, size_t from, size_t to,
                       struct buf *out)
{
    if (from >= to)
        return;
    const size_t start = article_word_start(w, from),
                 end = article_word_end(w, to - 1);
    analysis_fold_words((struct slice){w->text.data + start, end - start}, out);
}

/* Appends what an entry is sorted by. */
static void put_key(const struct article_words *w, const struct entry *e,
                    enum nh_concordance_sort sort, struct buf *out)
{
    const size_t start = section_start(w, e->first),
                 end = section_end(w, e->first);
    if (sort == NH_CONCORDANCE_MATCH)
        fold_words(w, e->first, (size_t)e->last + 1, out);
    for (size_t i = 1;
         sort == NH_CONCORDANCE_LEFT && i <= KEY_WORDS && start + i <= e->first;
         i++) {
        fold_words(w, e->first - i, e->first - i + 1, out);
        buf_append_byte(out, ' ');
    }
    const size_t last = (size_t)e->last + 1 + KEY_WORDS;
    if (sort == NH_CONCORDANCE_RIGHT)
        fold_words(w, (size_t)e->last + 1, last < end ? last : end, out);
}

/* Sets date and key of an entry whose article is at hand. */
static bool fill(nh_concordance *c, struct sortable *s, struct arena *arena)
{
    const enum nh_concordance_sort sort = c->options.sort;
    const struct article *a = &c->article.article;
    struct buf *key = &c->flat;
    buf_reset(key);
    s->date = 0;
    if (sort >= NH_CONCORDANCE_OLDEST)
        s->date = a->date.precision == DATE_NONE  ? INT64_MAX
                  : sort == NH_CONCORDANCE_NEWEST ? -a->date.seconds
                                                  : a->date.seconds;
    if (sort == NH_CONCORDANCE_SOURCE) {
        const struct slice source = article_get(a, FIELD_SOURCE);
        analysis_fold_name(source, key);
    } else if (sort < NH_CONCORDANCE_OLDEST) {
        put_key(&c->article.words, &s->entry, sort, key);
    }
    s->key = (struct slice){arena_copy(arena, key->data, key->len), key->len};
    return s->key.data && !key->failed;
}

static int sort_lines(nh_concordance *c, struct nh_error *err)
{
    struct arena arena;
    struct sortable *all = malloc((c->count + 1) * sizeof *all);
    int rc = all ? NH_OK : error_nomem(err);
    memset(&arena, 0, sizeof arena);
    for (size_t i = 0; rc == NH_OK && i < c->count; i++) {
        all[i].entry = c->entries[i];
        rc = come_to(c, &c->entries[i], err);
        if (rc == NH_OK && !fill(c, &all[i], &arena))
            rc = error_nomem(err);
    }
    if (rc == NH_OK && c->count > 0)
        qsort(all, c->count, sizeof *all, by_key);
    for (size_t i = 0; rc == NH_OK && i < c->count; i++)
        c->entries[i] = all[i].entry;
    arena_release(&arena);
    free(all);
    return rc;
}

/* ---- Lines. */

/* Appends text with each run of white space and controls as one blank. */
static void put_flat(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char)text.data[i];
        const bool blank = byte <= ' ' || byte == 0x7f;
        if (!blank)
            buf_append_byte(out, byte);
        else if (!out->len || out->data[out->len - 1] != ' ')
            buf_append_byte(out, ' ');
    }
}

static struct nh_string flat_part(nh_concordance *c, size_t from, size_t to)
{
    const struct slice text = c->article.words.text;
    buf_reset(&c->flat);
    put_flat(&c->flat, (struct slice){text.data + from, to - from});
    return hit_string(&c->arena, buf_slice(&c->flat));
}

/* Fills the match and its highlights. */
static bool put_match(nh_concordance *c, const struct entry *e)
{
    const struct article_words *w = &c->article.words;
    const struct span_list *marks = &c->reading.marks;
    struct nh_concordance_line *line = &c->line;
    struct nh_span *spans = arena_alloc(
        &c->arena, ((size_t)e->last - e->first + 2) * sizeof *spans);
    size_t n = 0, at = article_word_start(w, e->first);
    if (!spans)
        return false;
    buf_reset(&c->flat);
    for (size_t i = 0; i < marks->count && marks->items[i].first <= e->last;
         i++) {
        const struct span *m = &marks->items[i];
        const size_t start = article_word_start(w, m->first),
                     end = article_word_end(w, m->last);
        if (m->first < e->first || m->last > e->last || start < at)
            continue; /* elsewhere, or in the one before */
        put_flat(&c->flat, (struct slice){w->text.data + at, start - at});
        const size_t from = c->flat.len;
        put_flat(&c->flat, (struct slice){w->text.data + start, end - start});
        spans[n++] = (struct nh_span){from, c->flat.len - from};
        at = end;
    }
    const size_t end = article_word_end(w, e->last);
    put_flat(&c->flat, (struct slice){w->text.data + at, end - at});
    line->match = hit_string(&c->arena, buf_slice(&c->flat));
    line->highlights = spans;
    line->highlight_count = n;
    return line->match.data != NULL;
}

/* Fills place and context. */
static bool put_context(nh_concordance *c, const struct entry *e)
{
    const struct article_words *w = &c->article.words;
    struct nh_concordance_line *line = &c->line;
    const size_t context = c->options.context,
                 first = section_start(w, e->first),
                 end = section_end(w, e->first);
    const bool title = e->first < w->titles;
    const size_t section = title ? 0 : w->title_len + 1,
                 section_stop = title ? w->title_len : w->text.len;
    const size_t start = article_word_start(w, e->first),
                 stop = article_word_end(w, e->last);
    line->in_title = title;
    line->start = start - section;
    line->len = stop - start;
    line->cut_left = e->first - first > context;
    line->cut_right = end - 1 - e->last > context;
    line->left = flat_part(
        c, line->cut_left ? article_word_start(w, e->first - context) : section,
        start);
    line->right =
        flat_part(c, stop,
                  line->cut_right ? article_word_end(w, e->last + context)
                                  : section_stop);
    return line->left.data && line->right.data;
}

static bool put_fields(nh_concordance *c)
{
    const struct article *a = &c->article.article;
    struct nh_concordance_line *line = &c->line;
    buf_reset(&c->flat);
    date_format(a->date, &c->flat);
    line->date = hit_string(&c->arena, buf_slice(&c->flat));
    line->id = hit_string(&c->arena, article_get(a, FIELD_ID));
    line->source = hit_string(&c->arena, article_get(a, FIELD_SOURCE));
    line->title = hit_string(&c->arena, a->title);
    line->number = c->docid;
    return line->date.data && line->id.data && line->source.data &&
           line->title.data;
}

int nh_concordance_line(const struct nh_concordance_line **line,
                        nh_concordance *c, size_t i, struct nh_error *err)
{
    if (i >= c->count)
        return error_set(err, NH_EINVAL, "there is no line %zu", i);
    const struct entry *e = &c->entries[i];
    const bool same = c->docid == e->docid && c->line.number == e->docid;
    int rc = come_to(c, e, err);
    if (rc == NH_OK && !same)
        rc = reading_article(&c->reading, e->docid, err);
    if (rc != NH_OK)
        return rc;
    arena_reset(&c->arena);
    memset(&c->line, 0, sizeof c->line);
    if (!put_fields(c) || !put_match(c, e) || !put_context(c, e) ||
        c->flat.failed)
        return error_nomem(err);
    *line = &c->line;
    return NH_OK;
}

/* ---- The handle. */

static int read_options(struct nh_concordance_options *o,
                        const struct nh_concordance_options *given,
                        struct nh_error *err)
{
    const struct nh_concordance_options defaults = NH_CONCORDANCE_OPTIONS_INIT;
    *o = defaults;
    int rc = sized_copy(o, sizeof *o, CONCORDANCE_OPTIONS_LEAST, given,
                        "struct nh_concordance_options", err);
    if (rc != NH_OK)
        return rc;
    if ((unsigned)o->sort > NH_CONCORDANCE_SOURCE)
        return error_set(err, NH_EINVAL, "no such order of a concordance");
    if (o->context > NH_CONCORDANCE_CONTEXT_MAX)
        return error_set(err, NH_EINVAL, "a context has at most %d words",
                         NH_CONCORDANCE_CONTEXT_MAX);
    if (!o->now)
        o->now = (int64_t)time(NULL);
    return NH_OK;
}

int nh_index_concordance(nh_concordance **out, nh_index *index,
                         const char *query, size_t len,
                         const struct nh_concordance_options *options,
                         struct nh_error *err)
{
    struct nh_concordance_options o;
    *out = NULL;
    int rc = read_options(&o, options, err);
    if (rc != NH_OK)
        return rc;
    nh_concordance *c = calloc(1, sizeof *c);
    if (!c)
        return error_nomem(err);
    const struct reading_options r = {o.since, o.until, o.now, o.expand,
                                      o.effort};
    c->index = index;
    c->options = o;
    c->options.since = c->options.until = NULL;
    rc = reading_open(&c->reading, index, &r, (struct slice){query, len}, err);
    if (rc == NH_OK)
        rc = find(c, err);
    if (rc == NH_OK && o.sort != NH_CONCORDANCE_TEXT)
        rc = sort_lines(c, err);
    c->reading.wants_marks = true;
    if (rc != NH_OK)
        nh_concordance_free(c);
    else
        *out = c;
    return rc;
}

void nh_concordance_free(nh_concordance *c)
{
    if (!c)
        return;
    reading_release(&c->reading);
    article_reader_release(&c->article);
    arena_release(&c->arena);
    buf_release(&c->flat);
    free(c->entries);
    free(c);
}

size_t nh_concordance_count(const nh_concordance *c)
{
    return c->count;
}

uint64_t nh_concordance_total(const nh_concordance *c, uint64_t *articles)
{
    if (articles)
        *articles = c->articles;
    return c->total;
}
