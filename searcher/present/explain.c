/* Owns explanations.
 * Promises to use what searches use: an article satisfies a part of a query
 * here if and only if that part alone finds it, and scores are those of the
 * terms that a search adds up. */
#include "searcher/present/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "searcher/match/posting_source.h"

/* ---- Scores. */

struct score_list {
    struct nh_term_score *items;
    size_t count, cap;
    struct arena *arena;
    bool failed;
};

static uint32_t articles_with(const struct postings *p)
{
    uint32_t n = 0;
    for (size_t i = 0; i < p->segment_count; i++)
        n += p->segments[i].count;
    return n;
}

/* Adds a term; one that is there twice scores twice. */
static void add_score(void *ctx, struct term_cursor *c)
{
    struct score_list *list = ctx;
    const struct buf *term = &c->postings->term;
    for (size_t i = 0; i < list->count; i++) {
        struct nh_term_score *s = &list->items[i];
        if (s->term.len == term->len &&
            memcmp(s->term.data, term->data, term->len) == 0) {
            s->score += term_cursor_score(c);
            return;
        }
    }
    if (list->count == list->cap) {
        const size_t cap = list->cap ? list->cap * 2 : 16;
        struct nh_term_score *items =
            arena_alloc(list->arena, cap * sizeof *items);
        if (items && list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        if (!items) {
            list->failed = true;
            return;
        }
        list->items = items;
        list->cap = cap;
    }
    struct nh_string name =
        hit_string(list->arena, (struct slice){term->data, term->len});
    list->failed = list->failed || !name.data;
    list->items[list->count++] =
        (struct nh_term_score){name, term_cursor_score(c), term_cursor_wdf(c),
                               articles_with(c->postings)};
}

int explain_scores(nh_index *index, struct plan *plan,
                   const struct nh_search_options *o, uint32_t docid,
                   struct arena *arena, struct nh_term_score **terms,
                   size_t *count, double *recency, struct nh_error *err)
{
    struct score_list list = {NULL, 0, 0, arena, false};
    struct tree_cursor *c;
    struct nh_date date;
    int rc = plan_find(&c, plan, docid, err);
    *recency = 1;
    if (rc == NH_OK && c)
        tree_cursor_terms(c, add_score, &list);
    tree_cursor_free(c);
    if (rc == NH_OK && o->recency > 0) {
        rc = snapshot_date(&index->snapshot, docid, &date, err);
        if (rc == NH_OK)
            *recency = match_recency(o->recency, o->now, date);
    }
    *terms = list.items;
    *count = list.count;
    return rc == NH_OK && list.failed ? error_nomem(err) : rc;
}

/* ---- Reasons. */

struct nh_reasons {
    struct arena arena;
    struct nh_reason *items;
    size_t count, cap;
};

void nh_reasons_free(nh_reasons *reasons)
{
    if (!reasons)
        return;
    arena_release(&reasons->arena);
    free(reasons->items);
    free(reasons);
}

size_t nh_reasons_count(const nh_reasons *reasons)
{
    return reasons->count;
}

const struct nh_reason *nh_reasons_at(const nh_reasons *reasons, size_t i)
{
    return i < reasons->count ? &reasons->items[i] : NULL;
}

/* The search for reasons. */
struct search {
    nh_index *index;
    const struct query *query;
    const struct nh_search_options *options;
    uint32_t docid;
    nh_reasons *out;
    struct buf text;
    struct nh_error *err;
    int rc;
};

/* Whether the node alone finds the article. */
static bool holds(struct search *x, const struct query_node *n)
{
    struct query part = *x->query;
    struct tree_cursor *c = NULL;
    struct plan plan;
    part.root = (struct query_node *)(uintptr_t)n; /* plans only read it */
    if (x->rc != NH_OK)
        return true;
    x->rc = plan_make(&plan, &part, x->index, x->options, x->err);
    if (x->rc != NH_OK)
        return true;
    x->rc = plan_find(&c, &plan, x->docid, x->err);
    const bool found = c != NULL;
    tree_cursor_free(c);
    plan_release(&plan);
    return found;
}

/* Adds the reason in x->text. */
static void add_reason(struct search *x, const struct query_node *n)
{
    nh_reasons *r = x->out;
    if (x->rc != NH_OK)
        return;
    if (r->count == r->cap) {
        struct nh_reason *items = array_grow(r->items, &r->cap, sizeof *items);
        if (!items) {
            x->rc = error_nomem(x->err);
            return;
        }
        r->items = items;
    }
    struct nh_string text =
        hit_string(&r->arena, (struct slice){x->text.data, x->text.len});
    if (x->text.failed || !text.data) {
        x->rc = error_nomem(x->err);
        return;
    }
    r->items[r->count++] = (struct nh_reason){n->offset, n->length, text};
}

static void say(struct search *x, const struct query_node *n, const char *what)
{
    buf_reset(&x->text);
    buf_append_str(&x->text, what);
    add_reason(x, n);
}

/* What the article has in the field instead. */
static void say_values(struct search *x, const struct query_node *n,
                       enum field field)
{
    struct article *a = &x->index->article;
    if (x->rc != NH_OK)
        return;
    x->rc = index_fields(x->index, x->docid, x->err);
    buf_reset(&x->text);
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        if (a->values[i].field == field) {
            buf_append_str(&x->text, count++ ? "; " : "the article has ");
            buf_append(&x->text, a->values[i].text.data, a->values[i].text.len);
        }
    if (field == FIELD_DATE && a->date.precision != DATE_NONE) {
        count++;
        buf_append_str(&x->text, "the article is of ");
        date_format(a->date, &x->text);
    }
    if (count == 0)
        buf_printf(&x->text, "the article has no %s",
                   schema_fields[field].name);
    add_reason(x, n);
}

/* A phrase: the words that the article does not have, or that they do not stand
 * side by side. */
static void say_phrase(struct search *x, const struct query_node *n)
{
    size_t missing = 0;
    struct buf text = BUF_INIT;
    for (size_t i = 0; n->word_count > 1 && i < n->word_count; i++) {
        struct query_node word = *n;
        word.words = &n->words[i];
        word.word_count = 1;
        if (holds(x, &word))
            continue;
        buf_append_str(&text, missing++ ? ", " : "the article does not have ");
        buf_append(&text, n->words[i].text.data, n->words[i].text.len);
    }
    if (missing == 0)
        buf_append_str(&text, n->word_count > 1
                                  ? "the article has the words, not as a phrase"
                                  : "the article does not have exactly this");
    if (n->title)
        buf_append_str(&text, " in its title");
    buf_reset(&x->text);
    buf_append(&x->text, text.data, text.len);
    x->text.failed = x->text.failed || text.failed;
    buf_release(&text);
    add_reason(x, n);
}

static void explain(struct search *x, const struct query_node *n);

/* The parts of a place by themselves; then their distance. */
static void explain_place(struct search *x, const struct query_node *n)
{
    const size_t before = x->out->count;
    const struct query_node *parts = n;
    if (n->kind == QUERY_SCOPE && n->children[0]->kind == QUERY_AND)
        parts = n->children[0];
    for (size_t i = 0; i < parts->count; i++)
        explain(x, parts->children[i]);
    if (x->out->count > before || x->rc != NH_OK)
        return;
    buf_reset(&x->text);
    if (n->kind == QUERY_NEAR)
        buf_printf(&x->text,
                   "the article has both, not within %" PRIu32 " words%s",
                   n->distance, n->ordered ? " in this order" : "");
    else
        buf_printf(&x->text, "the article has all of it, not in one %s",
                   n->paragraph ? "paragraph" : "sentence");
    add_reason(x, n);
}

static bool loose(const struct search *x, const struct query_node *n)
{
    return (x->options->flags & NH_SEARCH_ANY) && n->plain && !n->required &&
           (n->kind == QUERY_WORD || n->kind == QUERY_PHRASE || n->expanded);
}

/* The children that fail; of those of which any would do, all or none. */
static void explain_all(struct search *x, const struct query_node *n)
{
    size_t loosened = 0, found = 0;
    for (size_t i = 0; i < n->count; i++)
        if (loose(x, n->children[i])) {
            loosened++;
            found += holds(x, n->children[i]);
        }
    for (size_t i = 0; i < n->count; i++)
        if (loosened < 2 || found == 0 || !loose(x, n->children[i]))
            explain(x, n->children[i]);
}

/* Adds why the node does not find the article, if it does not. */
static void explain(struct search *x, const struct query_node *n)
{
    if (holds(x, n) || x->rc != NH_OK)
        return;
    switch (n->kind) {
    case QUERY_AND:
        explain_all(x, n);
        break;
    case QUERY_OR:
        say(x, n, "the article has none of these");
        break;
    case QUERY_NOT:
        say(x, n, "the article has this");
        break;
    case QUERY_WORD:
        say(x, n,
            n->title ? "no form of this word is in the article's title"
                     : "no form of this word is in the article");
        break;
    case QUERY_PHRASE:
        say_phrase(x, n);
        break;
    case QUERY_FILTER:
    case QUERY_HAS:
        if (n->field == FIELD_COPIES)
            say(x, n, "the article is no copy of that one");
        else
            say_values(x, n, n->field);
        break;
    case QUERY_DATE:
        say_values(x, n, FIELD_DATE);
        break;
    case QUERY_NEAR:
    case QUERY_SCOPE:
        explain_place(x, n);
        break;
    case QUERY_WILDCARD:
        say(x, n, "no word of the article fits this");
        break;
    case QUERY_ALL:
        break; /* no article fails it */
    case QUERY_FUZZY:
        say(x, n, "no word of the article is that much like this");
    }
}

int explain_failure(nh_index *index, const struct query *query,
                    const struct nh_search_options *o, uint32_t docid,
                    nh_reasons **out, struct nh_error *err)
{
    struct search x = {index, query, o, docid, NULL, BUF_INIT, err, NH_OK};
    *out = NULL;
    x.out = calloc(1, sizeof *x.out);
    if (!x.out)
        return error_nomem(err);
    explain(&x, query->root);
    buf_release(&x.text);
    if (x.rc != NH_OK)
        nh_reasons_free(x.out);
    else
        *out = x.out;
    return x.rc;
}
