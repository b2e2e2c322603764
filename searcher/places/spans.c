/* Owns where the parts of a condition stand in an article.
 * Promises to know all of their spans, or to say that they are too many. */
#include "searcher/places/spans.h"

#include <stdlib.h>
#include <string.h>

#include "searcher/places/span_words.h"

/* ---- Making. */

bool query_pattern(const struct query_node *node, struct pattern *out)
{
    struct slice text = node->words[0].text;
    return node->kind == QUERY_FUZZY ? pattern_fuzzy(out, text, node->distance)
                                     : pattern_wildcard(out, text);
}

static void part_release(struct span_part *p)
{
    for (size_t i = 0; i < p->count; i++)
        part_release(&p->parts[i]);
    for (size_t i = 0; i < p->word_count; i++) {
        free(p->words[i].codes);
    }
    name_meaning_release(&p->meaning);
    free(p->parts);
    free(p->words);
    free(p->spans.items);
}

void span_finder_release(struct span_finder *x)
{
    part_release(&x->root);
    stream_decoded_release(&x->words);
    article_release(&x->article);
    buf_release(&x->folded);
    arena_release(&x->arena);
    stream_finder_release(&x->finder);
    buf_release(&x->scratch);
    free(x->locals);
    memset(x, 0, sizeof *x);
}

/* Prepares the word of a part of that kind. */
static bool word_init(struct span_finder *x, struct place_word *w,
                      const struct query_node *node)
{
    w->stemmed = node->kind == QUERY_WORD;
    if (w->stemmed) {
        struct slice stem = stemmer_stem(x->sources.stemmer, w->text);
        w->text = (struct slice){arena_copy(&x->arena, stem.data, stem.len),
                                 stem.len};
        return w->text.data != NULL;
    }
    const struct pattern_words *p = x->sources.patterns;
    while (p && p->node != node)
        p = p->next;
    w->forms = p ? &p->words : NULL;
    return true;
}

/* Whether a filter means names, which have places in texts. */
static bool means_names(const struct query_node *n)
{
    return (n->kind == QUERY_FILTER || n->kind == QUERY_HAS) &&
           schema_fields[n->field].kind == FIELD_KIND_NAME;
}

static bool part_init(struct span_finder *x, struct span_part *p,
                      const struct query_node *node)
{
    p->node = node;
    x->scopes = x->scopes || node->kind == QUERY_SCOPE;
    if (node->kind == QUERY_NOT)
        return true;
    if (means_names(node)) {
        x->names = p->names = true;
        if (!name_meaning_init(&p->meaning, x->sources.rules, node,
                               node->value))
            return false;
    }
    p->words = calloc(node->word_count + 1, sizeof *p->words);
    p->parts = calloc(node->count + 1, sizeof *p->parts);
    if (!p->words || !p->parts)
        return false;
    for (size_t i = 0; i < node->word_count; i++) {
        struct place_word *w = &p->words[i];
        p->word_count = i + 1;
        x->word_parts++;
        w->text = node->words[i].text;
        if (!word_init(x, w, node))
            return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        p->count = i + 1;
        if (!part_init(x, &p->parts[i], node->children[i]))
            return false;
    }
    return true;
}

bool span_finder_init(struct span_finder *x, const struct query_node *node,
                      const struct span_sources *sources)
{
    memset(x, 0, sizeof *x);
    x->sources = *sources;
    return part_init(x, &x->root, node);
}

/* ---- Spans. */

bool span_list_add(struct span_list *list, uint32_t first, uint32_t last)
{
    if (list->count == list->cap) {
        struct span *items = array_grow(list->items, &list->cap, sizeof *items);
        if (!items)
            return false;
        list->items = items;
    }
    list->items[list->count++] = (struct span){first, last};
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->last > y->last) - (x->last < y->last);
}

void span_list_tidy(struct span_list *list)
{
    size_t n = 0;
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof *list->items, by_place);
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || by_place(&list->items[n - 1], &list->items[i]) != 0)
            list->items[n++] = list->items[i];
    list->count = n;
}

/* Words side by side; one word is that. */
static bool word_spans(struct span_finder *x, struct span_part *p)
{
    const size_t n = p->word_count;
    const struct stream_finder *f = &x->finder;
    if (p->node->title && !x->title)
        return true;
    for (size_t k = 0; k < f->count && f->hits[k].at < x->to; k++) {
        const uint32_t at = f->hits[k].at;
        size_t i = 0;
        if (at < x->from || at + n > x->to || f->count - k < n)
            continue;
        while (i < n && f->hits[k + i].at == at + i &&
               place_word_has(&p->words[i], f->hits[k + i].code))
            i++;
        if (i == n && !span_list_add(&p->spans, at, at + (uint32_t)n - 1))
            return false;
    }
    return true;
}

/* Where the names stand that the part means. */
static bool field_spans(struct span_finder *x, struct span_part *p)
{
    bool good = true;
    for (size_t i = 0; good && i < x->article.count; i++) {
        const struct article_value *v = &x->article.values[i];
        if (v->field != p->node->field || v->mention_count == 0)
            continue;
        buf_reset(&x->folded);
        analysis_fold_name(v->text, &x->folded);
        good = !x->folded.failed;
        if (!good ||
            !name_meaning_has(&p->meaning,
                              (struct slice){x->folded.data, x->folded.len}))
            continue;
        for (size_t k = 0; good && k < v->mention_count; k++) {
            const struct article_mention *m = &v->mentions[k];
            const uint32_t last = m->first + (m->count - 1);
            if (m->first >= x->from && last < x->to)
                good = span_list_add(&p->spans, m->first, last);
        }
    }
    span_list_tidy(&p->spans);
    return good;
}

/* Adds the hulls of spans of `a` and, behind them and at most `most` words
 * away, of `b`. False if they are too many, or memory ran out. */
static bool add_hulls(struct span_finder *x, const struct span_list *a,
                      const struct span_list *b, uint32_t most,
                      struct span_list *out)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct span *s = &a->items[i];
        const size_t before = out->count;
        size_t low = 0, high = b->count; /* the first one behind s */
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (b->items[middle].first <= s->last)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < b->count && b->items[low].first - s->last <= most; low++)
            if (out->count >= SPANS_MAX ||
                !span_list_add(out, s->first, b->items[low].last))
                return false;
        if (!match_work(x->sources.state,
                        1 + (out->count - before) * WORK_SPAN))
            return false;
    }
    return true;
}

static bool near_spans(struct span_finder *x, struct span_part *p)
{
    struct span_part *a = &p->parts[0], *b = &p->parts[1];
    const uint32_t most = p->node->distance;
    if (!span_finder_find(x, a) || !span_finder_find(x, b) ||
        !add_hulls(x, &a->spans, &b->spans, most, &p->spans))
        return false;
    if (!p->node->ordered &&
        !add_hulls(x, &b->spans, &a->spans, most, &p->spans))
        return false;
    span_list_tidy(&p->spans);
    return true;
}

/* ---- Scopes. */

/* Finds the spans of all parts below AND and OR. */
static bool find_all(struct span_finder *x, struct span_part *p)
{
    if (p->node->kind != QUERY_AND && p->node->kind != QUERY_OR)
        return span_finder_find(x, p);
    for (size_t i = 0; i < p->count; i++)
        if (!find_all(x, &p->parts[i]))
            return false;
    return true;
}

/* The place of the first span of a list that begins at word `from` or behind
 * it. */
static size_t first_from(const struct span_list *list, uint32_t from)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->items[middle].first < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the part stands inside words [from, to). */
static bool stands_in(const struct span_part *p, uint32_t from, uint32_t to)
{
    if (p->node->kind == QUERY_AND || p->node->kind == QUERY_OR) {
        const bool all = p->node->kind == QUERY_AND;
        for (size_t i = 0; i < p->count; i++)
            if (stands_in(&p->parts[i], from, to) != all)
                return !all;
        return all;
    }
    const struct span_list *l = &p->spans;
    for (size_t i = first_from(l, from); i < l->count && l->items[i].first < to;
         i++)
        if (l->items[i].last < to)
            return true;
    return false;
}

/* Adds the spans of the part inside words [from, to), where it stands. */
static bool add_inside(const struct span_part *p, uint32_t from, uint32_t to,
                       struct span_list *out)
{
    bool good = true;
    if (p->node->kind == QUERY_AND || p->node->kind == QUERY_OR) {
        for (size_t i = 0; good && i < p->count; i++)
            if (stands_in(&p->parts[i], from, to))
                good = add_inside(&p->parts[i], from, to, out);
        return good;
    }
    const struct span_list *l = &p->spans;
    for (size_t i = first_from(l, from);
         good && i < l->count && l->items[i].first < to; i++)
        if (l->items[i].last < to)
            good = span_list_add(out, l->items[i].first, l->items[i].last);
    return good;
}

/* The spans of a group in the sentences or paragraphs that have all of it. */
static bool scope_spans(struct span_finder *x, struct span_part *p)
{
    struct span_part *group = &p->parts[0];
    const uint32_t flag = p->node->paragraph ? WORD_PARAGRAPH : WORD_SENTENCE;
    uint32_t from = x->from;
    if (!find_all(x, group))
        return false;
    for (uint32_t at = x->from + 1; at <= x->to; at++) {
        if (at < x->to && !(x->words.words[at].flags & flag))
            continue;
        if (stands_in(group, from, at) &&
            !add_inside(group, from, at, &p->spans))
            return false;
        if (x->enough && p->spans.count > 0)
            return true;
        from = at;
    }
    span_list_tidy(&p->spans);
    return true;
}

/* ---- All kinds of parts. */

static bool or_spans(struct span_finder *x, struct span_part *p)
{
    bool good = true;
    for (size_t i = 0; good && i < p->count; i++) {
        struct span_part *one = &p->parts[i];
        good = span_finder_find(x, one);
        for (size_t k = 0; good && k < one->spans.count; k++)
            good = span_list_add(&p->spans, one->spans.items[k].first,
                                 one->spans.items[k].last);
    }
    span_list_tidy(&p->spans);
    return good;
}

bool span_finder_find(struct span_finder *x, struct span_part *p)
{
    p->spans.count = 0;
    if (x->from == x->to)
        return true;
    switch (p->node->kind) {
    case QUERY_WORD:
    case QUERY_PHRASE:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
        return word_spans(x, p);
    case QUERY_FILTER:
    case QUERY_HAS:
        return !p->names || field_spans(x, p);
    case QUERY_NEAR:
        return near_spans(x, p);
    case QUERY_SCOPE:
        return scope_spans(x, p);
    case QUERY_AND:
    case QUERY_OR:
        return or_spans(x, p);
    case QUERY_NOT:
    case QUERY_DATE:
    case QUERY_ALL:
        break;
    }
    return true;
}

/* ---- Marks. */

/* Adds those of `list` that lie inside of a span of `hulls`; both are sorted.
 * Hulls that begin later and do not end later hold nothing that others do not.
 */
static bool add_held(const struct span_list *list,
                     const struct span_list *hulls, struct span_list *out)
{
    size_t next = 0;
    uint32_t reach = 0;
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct span *s = &list->items[i];
        for (; next < hulls->count && hulls->items[next].first <= s->first;
             next++) {
            const uint32_t last = hulls->items[next].last;
            reach = !any || last > reach ? last : reach;
            any = true;
        }
        if (any && s->last <= reach && !span_list_add(out, s->first, s->last))
            return false;
    }
    return true;
}

/* The depth is limited by QUERY_DEPTH_MAX. */
static bool add_marks(const struct span_part *p, const struct span_list *hulls,
                      struct span_list *marks)
{
    const enum query_kind kind = p->node->kind;
    struct span_list held = {NULL, 0, 0};
    if (p->count == 0)
        return add_held(&p->spans, hulls, marks);
    bool good = true;
    if (kind == QUERY_NEAR)
        good = add_held(&p->spans, hulls, &held);
    for (size_t i = 0; good && i < p->count; i++)
        good =
            add_marks(&p->parts[i], kind == QUERY_NEAR ? &held : hulls, marks);
    free(held.items);
    return good;
}

bool span_finder_marks(const struct span_part *p, struct span_list *marks)
{
    return add_marks(p, &p->spans, marks);
}

/* ---- Articles. */

int span_finder_read(struct span_finder *x,
                     const struct snapshot_segment *segment,
                     const struct article_record *record, struct nh_error *err)
{
    x->segment = segment;
    x->from = x->to = 0;
    int rc = span_words_find(x, record->stream, err);
    if (rc != NH_OK || !x->names)
        return rc;
    article_reset(&x->article);
    rc = articles_fields(&segment->articles, record, &x->article, err);
    if (rc == NH_OK && !name_rules_apply(x->sources.rules, &x->article))
        rc = error_nomem(err);
    return rc;
}

void span_finder_enter(struct span_finder *x, bool title)
{
    x->title = title;
    x->from = title ? 0 : x->finder.titles;
    x->to = title ? x->finder.titles : x->finder.words;
}

static bool too_many(const struct span_part *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (too_many(&p->parts[i]))
            return true;
    return p->spans.count >= SPANS_MAX;
}

int span_finder_error(const struct span_finder *x, struct nh_error *err)
{
    return too_many(&x->root)
               ? error_set(err, NH_EQUERY,
                           "NEAR has more than %zu places in one article",
                           SPANS_MAX)
               : error_nomem(err);
}
