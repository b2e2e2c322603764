/* Owns the conditions on where words stand.
 * Promises to know all spans of an article's words, or to make the search fail
 * where they are too many. */
#include "searcher/match/proximity.h"

#include <stdlib.h>
#include <string.h>

/* First and last word number. */
struct span {
    uint32_t first, last;
};

struct span_list {
    struct span *items;
    size_t count, cap;
};

/* A word to be found: exactly, or by its stem. The codes under which it stands
 * in the article at hand. */
struct place_word {
    struct slice text; /* folded, or a stem; borrowed, or of the arena */
    bool stemmed;
    const struct strtab *forms; /* of a wildcard or fuzzy word, else NULL */
    uint32_t *codes;            /* ascending */
    size_t count, cap;
    size_t dict_codes; /* of the dictionary; the others are locals */
};

/* A part of the condition, as the query has it. */
struct part {
    const struct query_node *node;
    struct part *parts;
    size_t count;
    struct place_word *words; /* of words and phrases */
    size_t word_count;
    struct name_meaning meaning; /* of a part that is names; else zero */
    struct span_list spans;      /* in the title or text at hand */
};

struct proximity {
    struct text_check check;
    struct part root;
    struct stem_index *stems;
    struct stemmer *stemmer;
    const struct dict *dict; /* that the codes are of */
    struct stream_decoded words;
    struct article article; /* fields, if names are asked for */
    const struct snapshot_segment *segment;
    struct buf folded, scratch;
    struct arena arena;          /* of stems */
    uint64_t word_parts;         /* words of all parts: each is looked for */
    struct stream_finder finder; /* of all words of the parts */
    uint32_t *locals; /* numbers of those of the article that parts mean */
    size_t local_count, local_cap;
    const struct pattern_words *patterns;
    const struct name_rules *rules; /* or NULL */
    bool names;                     /* some part is a name */
    bool failed; /* spans are missing: too many, or no memory */
    /* Title or text: words [from, to). */
    uint32_t from, to;
    bool title;
};

/* ---- Making. */

bool query_pattern(const struct query_node *node, struct pattern *out)
{
    struct slice text = node->words[0].text;
    return node->kind == QUERY_FUZZY ? pattern_fuzzy(out, text, node->distance)
                                     : pattern_wildcard(out, text);
}

static void part_release(struct part *p)
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

static void proximity_free(struct text_check *check)
{
    struct proximity *x = (struct proximity *)check;
    part_release(&x->root);
    stream_decoded_release(&x->words);
    article_release(&x->article);
    buf_release(&x->folded);
    arena_release(&x->arena);
    stream_finder_release(&x->finder);
    buf_release(&x->scratch);
    free(x->locals);
    free(x);
}

/* Prepares the word of a part of that kind. */
static bool word_init(struct proximity *x, struct place_word *w,
                      const struct query_node *node)
{
    w->stemmed = node->kind == QUERY_WORD;
    if (w->stemmed) {
        struct slice stem = stemmer_stem(x->stemmer, w->text);
        w->text = (struct slice){arena_copy(&x->arena, stem.data, stem.len),
                                 stem.len};
        return w->text.data != NULL;
    }
    const struct pattern_words *p = x->patterns;
    while (p && p->node != node)
        p = p->next;
    w->forms = p ? &p->words : NULL;
    return true;
}

static bool part_init(struct proximity *x, struct part *p,
                      const struct query_node *node)
{
    p->node = node;
    if (node->kind == QUERY_FILTER || node->kind == QUERY_HAS) {
        x->names = true;
        if (!name_meaning_init(&p->meaning, x->rules, node, node->value))
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

static bool proximity_holds(struct text_check *check,
                            const struct snapshot_segment *segment,
                            const struct article_record *record);

int proximity_new(struct text_check **out, struct match_state *state,
                  const struct query_node *node,
                  const struct pattern_words *patterns,
                  struct stem_index *stems, struct stemmer *stemmer,
                  const struct name_rules *rules, struct nh_error *err)
{
    *out = NULL;
    struct proximity *x = calloc(1, sizeof *x);
    if (!x)
        return error_nomem(err);
    x->check = (struct text_check){NULL, state, node->kind == QUERY_SCOPE,
                                   proximity_holds, proximity_free};
    x->rules = rules;
    x->patterns = patterns;
    x->stems = stems;
    x->stemmer = stemmer;
    if (!part_init(x, &x->root, node)) {
        proximity_free(&x->check);
        return error_nomem(err);
    }
    *out = &x->check;
    return NH_OK;
}

/* ---- Codes of the words. */

static bool add_code(struct place_word *w, uint32_t code)
{
    if (w->count == w->cap) {
        uint32_t *codes = array_grow(w->codes, &w->cap, sizeof *codes);
        if (!codes)
            return false;
        w->codes = codes;
    }
    w->codes[w->count++] = code;
    return true;
}

static bool add_stem_code(void *ctx, uint32_t code)
{
    return add_code(ctx, code);
}

static int by_code(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The forms of a pattern that the dictionary has. */
static bool use_forms(struct proximity *x, struct place_word *w)
{
    for (uint32_t n = 0; n < w->forms->count; n++) {
        const struct strtab_entry *e = &w->forms->entries[n];
        const uint32_t code =
            dict_find(x->dict, (struct slice){e->data, e->len});
        if (code != DICT_NONE && !add_code(w, code))
            return false;
    }
    if (w->count)
        qsort(w->codes, w->count, sizeof *w->codes, by_code);
    return true;
}

/* Looks the words up in another dictionary. */
static bool use_dict(struct proximity *x, struct part *p)
{
    for (size_t i = 0; i < p->word_count; i++) {
        struct place_word *w = &p->words[i];
        w->count = 0;
        if (w->forms) {
            if (!use_forms(x, w))
                return false;
        } else if (w->stemmed) {
            if (!stem_index_each(x->stems, x->dict, x->stemmer, w->text,
                                 add_stem_code, w))
                return false;
        } else {
            uint32_t code = dict_find(x->dict, w->text);
            if (code != DICT_NONE && !add_code(w, code))
                return false;
        }
        w->dict_codes = w->count;
        for (size_t k = 0; k < w->count; k++)
            stream_finder_want(&x->finder, w->codes[k]);
    }
    for (size_t i = 0; i < p->count; i++)
        if (!use_dict(x, &p->parts[i]))
            return false;
    return true;
}

static void forget_locals(struct part *p)
{
    for (size_t i = 0; i < p->word_count; i++)
        p->words[i].count = p->words[i].dict_codes;
    for (size_t i = 0; i < p->count; i++)
        forget_locals(&p->parts[i]);
}

/* Adds a word of the article's own to the words of the condition that mean it;
 * *stem is made when it is asked for. */
static bool use_local(struct proximity *x, struct part *p, struct slice word,
                      struct slice *stem, uint32_t code, bool *meant)
{
    for (size_t i = 0; i < p->word_count; i++) {
        struct place_word *w = &p->words[i];
        bool same;
        if (w->forms) {
            same = strtab_find(w->forms, word.data, word.len) != STRTAB_NONE;
        } else if (!w->stemmed) {
            same = slice_equal(w->text, word);
        } else {
            if (stem->len == 0 && word.len > 0 &&
                (!stemmer_keeps_first(x->stemmer) ||
                 *word.data == *w->text.data))
                *stem = stemmer_stem(x->stemmer, word);
            same = slice_equal(w->text, *stem);
        }
        *meant = *meant || same;
        if (same && !add_code(w, code))
            return false;
    }
    for (size_t i = 0; i < p->count; i++)
        if (!use_local(x, &p->parts[i], word, stem, code, meant))
            return false;
    return true;
}

/* The same for number `n` of the article's own. */
static bool use_local_number(struct proximity *x, struct slice word, uint32_t n)
{
    struct slice stem = {"", 0};
    bool meant = false;
    if (!use_local(x, &x->root, word, &stem, x->dict->words.count + n, &meant))
        return false;
    if (!meant)
        return true;
    if (x->local_count == x->local_cap) {
        uint32_t *locals = array_grow(x->locals, &x->local_cap, sizeof *locals);
        if (!locals)
            return false;
        x->locals = locals;
    }
    x->locals[x->local_count++] = n;
    return true;
}

/* Prepares for the articles of a dictionary. */
static bool use_segment(struct proximity *x)
{
    const struct dict *dict = x->segment->dict;
    if (x->dict == dict)
        return true;
    x->dict = dict;
    if (stream_finder_begin(&x->finder, dict) && use_dict(x, &x->root))
        return true;
    x->dict = NULL;
    return false;
}

/* Finds the words of the condition in the article, without decoding it. */
static bool find_words(struct proximity *x, const struct stream_parts *parts)
{
    const uint8_t *p = (const uint8_t *)parts->literals.data;
    struct stream_locals l = {p, p + parts->literals.len};
    struct slice word;
    for (uint32_t n = 0; stream_locals_next(&l, &x->scratch, &word); n++)
        if (!use_local_number(x, word, n))
            return false;
    return !x->scratch.failed &&
           stream_find(&x->finder, parts, x->locals, x->local_count);
}

/* The same where the stream has the text as it is, or starts of sentences are
 * asked for. */
static bool find_decoded_words(struct proximity *x)
{
    struct stream_finder *f = &x->finder;
    const uint32_t known = x->dict->words.count;
    for (size_t i = 0; i < x->words.locals_count; i++)
        if (!use_local_number(x, x->words.locals[i], (uint32_t)i))
            return false;
    f->count = 0;
    f->titles = (uint32_t)x->words.title_count;
    f->words = (uint32_t)x->words.count;
    for (uint32_t i = 0; i < f->words; i++) {
        const uint32_t code = x->words.words[i].code;
        if ((code >= known || f->wanted[code]) &&
            !stream_finder_add(f, i, code))
            return false;
    }
    return true;
}

static int find_hits(struct proximity *x, struct slice stream,
                     struct nh_error *err)
{
    struct stream_parts parts;
    int rc = NH_OK;
    bool good = use_segment(x);
    x->local_count = 0;
    forget_locals(&x->root);
    if (!good)
        return error_nomem(err);
    if (x->root.node->kind != QUERY_SCOPE && stream_split(stream, &parts) &&
        !parts.stored) {
        good = find_words(x, &parts);
    } else {
        rc = stream_words(x->dict, stream, x->root.node->kind == QUERY_SCOPE,
                          &x->words, err);
        good = rc != NH_OK || find_decoded_words(x);
    }
    return good ? rc : error_nomem(err);
}

/* The codes ascend; there may be thousands. */
static bool has_code(const struct place_word *w, uint32_t code)
{
    size_t low = 0, high = w->count;
    if (high <= 8) {
        while (low < high && w->codes[low] != code)
            low++;
        return low < high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->count && w->codes[low] == code;
}

/* ---- Spans. */

static bool add_span(struct span_list *list, uint32_t first, uint32_t last)
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

/* Sorts and leaves out what is there twice. */
static void tidy(struct span_list *list)
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

static bool find_spans(struct proximity *x, struct part *p);

/* Words side by side; one word is that. */
static bool word_spans(struct proximity *x, struct part *p)
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
               has_code(&p->words[i], f->hits[k + i].code))
            i++;
        if (i == n && !add_span(&p->spans, at, at + (uint32_t)n - 1))
            return false;
    }
    return true;
}

/* Where the names stand that the part means. */
static bool field_spans(struct proximity *x, struct part *p)
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
                good = add_span(&p->spans, m->first, last);
        }
    }
    tidy(&p->spans);
    return good;
}

/* Adds the hulls of spans of `a` and, behind them and at most `most` words
 * away, of `b`. False if they are too many, or memory ran out. */
static bool add_hulls(struct proximity *x, const struct span_list *a,
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
            if (out->count >= PROXIMITY_SPANS_MAX ||
                !add_span(out, s->first, b->items[low].last))
                return false;
        if (!match_work(x->check.state, 1 + (out->count - before) * WORK_SPAN))
            return false;
    }
    return true;
}

static bool near_spans(struct proximity *x, struct part *p)
{
    struct part *a = &p->parts[0], *b = &p->parts[1];
    const uint32_t most = p->node->distance;
    if (!find_spans(x, a) || !find_spans(x, b) ||
        !add_hulls(x, &a->spans, &b->spans, most, &p->spans))
        return false;
    if (!p->node->ordered &&
        !add_hulls(x, &b->spans, &a->spans, most, &p->spans))
        return false;
    tidy(&p->spans);
    return true;
}

/* Fills p->spans, sorted. */
static bool find_spans(struct proximity *x, struct part *p)
{
    bool good = true;
    p->spans.count = 0;
    switch (p->node->kind) {
    case QUERY_WORD:
    case QUERY_PHRASE:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
        return word_spans(x, p);
    case QUERY_FILTER:
    case QUERY_HAS:
        return field_spans(x, p);
    case QUERY_NEAR:
        return near_spans(x, p);
    default: /* OR */
        for (size_t i = 0; good && i < p->count; i++) {
            struct part *one = &p->parts[i];
            good = find_spans(x, one);
            for (size_t k = 0; good && k < one->spans.count; k++)
                good = add_span(&p->spans, one->spans.items[k].first,
                                one->spans.items[k].last);
        }
        tidy(&p->spans);
        return good;
    }
}

/* ---- Scopes. */

/* Finds the spans of all parts below AND and OR. */
static bool find_all_spans(struct proximity *x, struct part *p)
{
    if (p->node->kind != QUERY_AND && p->node->kind != QUERY_OR)
        return find_spans(x, p);
    for (size_t i = 0; i < p->count; i++)
        if (!find_all_spans(x, &p->parts[i]))
            return false;
    return true;
}

/* Whether the part stands inside words [from, to). */
static bool stands_in(const struct part *p, uint32_t from, uint32_t to)
{
    if (p->node->kind == QUERY_AND || p->node->kind == QUERY_OR) {
        const bool all = p->node->kind == QUERY_AND;
        for (size_t i = 0; i < p->count; i++)
            if (stands_in(&p->parts[i], from, to) != all)
                return !all;
        return all;
    }
    for (size_t i = 0; i < p->spans.count; i++)
        if (p->spans.items[i].first >= from && p->spans.items[i].last < to)
            return true;
    return false;
}

/* Whether all of the group stands in one sentence or paragraph. */
static bool scope_holds(struct proximity *x, struct part *group, uint32_t flag)
{
    uint32_t from = x->from;
    if (!find_all_spans(x, group)) {
        x->failed = true;
        return false;
    }
    for (uint32_t at = x->from + 1; at <= x->to; at++) {
        if (at < x->to && !(x->words.words[at].flags & flag))
            continue;
        if (stands_in(group, from, at))
            return true;
        from = at;
    }
    return false;
}

/* ---- Deciding. */

static bool holds_in(struct proximity *x, uint32_t from, uint32_t to,
                     bool title)
{
    const struct query_node *n = x->root.node;
    x->from = from;
    x->to = to;
    x->title = title;
    if (from == to)
        return false;
    if (n->kind == QUERY_SCOPE)
        return scope_holds(x, &x->root.parts[0],
                           n->paragraph ? WORD_PARAGRAPH : WORD_SENTENCE);
    if (!find_spans(x, &x->root))
        x->failed = true;
    return x->root.spans.count > 0;
}

static bool too_many(const struct part *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (too_many(&p->parts[i]))
            return true;
    return p->spans.count >= PROXIMITY_SPANS_MAX;
}

static bool proximity_holds(struct text_check *check,
                            const struct snapshot_segment *segment,
                            const struct article_record *record)
{
    struct proximity *x = (struct proximity *)check;
    struct nh_error err;
    memset(&err, 0, sizeof err);
    x->segment = segment;
    x->failed = false;
    int rc = find_hits(x, record->stream, &err);
    if (rc == NH_OK && x->names) {
        article_reset(&x->article);
        rc = articles_fields(&segment->articles, record, &x->article, &err);
        if (rc == NH_OK && !name_rules_apply(x->rules, &x->article))
            rc = error_nomem(&err);
    }
    if (rc != NH_OK) {
        match_fail(check->state, rc, &err);
        return false;
    }
    const uint32_t titles = x->finder.titles, all = x->finder.words;
    const uint64_t reading = x->root.node->kind == QUERY_SCOPE
                                 ? (uint64_t)all * WORK_DECODE
                                 : all / 4;
    if (!match_work(check->state,
                    WORK_CHECK + reading +
                        x->finder.count * WORK_HIT * (1 + x->word_parts)))
        return false;
    bool holds =
        holds_in(x, 0, titles, true) || holds_in(x, titles, all, false);
    if (check->state->failed != NH_OK)
        return false;
    if (!holds && x->failed) {
        rc = too_many(&x->root)
                 ? error_set(&err, NH_EQUERY,
                             "NEAR has more than %zu places in one article",
                             PROXIMITY_SPANS_MAX)
                 : error_nomem(&err);
        match_fail(check->state, rc, &err);
    }
    return holds;
}
