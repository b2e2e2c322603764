/* Owns "did you mean": words that the index does not have, and rare ones that
 * may be slips, are replaced by like ones, chosen so that the query as a whole
 * finds something.
 *
 * A word's candidates are those of the index at most two edits away (one for
 * short words), best first by the logarithm of their frequency less a price for
 * each edit, as in a noisy channel (Kernighan, Church and Gale 1990). The best
 * few of all missing words are tried together. */
#include "searcher/present/suggest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "searcher/match/postings.h"
#include "searcher/present/string_counts.h"
#include "searcher/query/pattern.h"
#include "searcher/widen/term_walk.h"

/* Words of a query that are replaced at most; queries with more are not meant
 * to be found. */
#define MISSING_MAX 4
/* Candidates of a word that are tried, by the number of missing words. */
static const size_t tries[MISSING_MAX + 1] = {0, 12, 5, 3, 2};
#define CANDIDATES_MAX 12
/* What an edit costs, and a first letter that differs, beside the logarithm of
 * the frequency. */
#define EDIT_COST 5.0
#define FIRST_LETTER_COST 2.0
/* What finding something at all is worth, beside the logarithm of how much. */
#define FOUND_WORTH 10.0
/* Shorter words (bytes) have no candidates; from the second on they may have
 * two edits. */
#define WORD_LEAST 3
#define WORD_LONG 5
/* A word or name that no more articles have is rare. It may stay, or become one
 * that is so many times as frequent. Only queries that find no more articles
 * are looked at for rare words. */
#define RARE_ARTICLES 3
#define RARE_RATIO 100

struct candidate {
    char *text; /* in the arena; NULL: the word as it was typed */
    size_t len;
    double weight;
};

/* A word or name that the index does not have, or that is rare. */
struct missing {
    struct slice word;
    uint64_t articles;     /* that have it; 0: it is missing */
    size_t offset, length; /* bytes of the query */
    const char *prefix;    /* of terms of like names or values; NULL: a word of
                              the text */
    bool parts;            /* values that it is part of are like it, too */
    struct candidate items[CANDIDATES_MAX];
    size_t count;
};

struct suggester {
    nh_index *index;
    suggest_count_fn *count_found;
    struct arena *arena;
    struct slice query; /* its text */
    struct missing words[MISSING_MAX];
    size_t count;
    uint64_t rare; /* words that so many articles have are rare; 0: none is */
    struct nh_error *err;
    int rc;
    /* Of the search for candidates. */
    struct string_counts near; /* words that are near enough */
    struct pattern_walk walk;
    bool fuzzy; /* the walk has a pattern: the word is not too long for one */
    const struct missing *wanted;
};

/* ---- Words that are missing. */

/* Returns how many articles have a term. */
static uint64_t count_term(struct suggester *g, const char *prefix,
                           struct slice value)
{
    struct buf term = BUF_INIT;
    uint64_t count = 0;
    schema_term(&term, prefix, value);
    if (g->rc == NH_OK)
        g->rc =
            term.failed
                ? error_nomem(g->err)
                : postings_count(&count, &g->index->snapshot,
                                 (struct slice){term.data, term.len}, g->err);
    buf_release(&term);
    return count;
}

static bool has_term(struct suggester *g, const char *prefix,
                     struct slice value)
{
    return count_term(g, prefix, value) > 0 || g->rc != NH_OK;
}

/* Notes a word that `articles` have, unless they are many. */
static void add_missing(struct suggester *g, struct slice word,
                        uint64_t articles, size_t offset, size_t length,
                        const char *prefix, bool parts)
{
    if (articles > g->rare || g->rc != NH_OK)
        return;
    if (word.len >= WORD_LEAST && g->count <= MISSING_MAX) {
        if (g->count < MISSING_MAX)
            g->words[g->count] = (struct missing){.word = word,
                                                  .articles = articles,
                                                  .offset = offset,
                                                  .length = length,
                                                  .prefix = prefix,
                                                  .parts = parts};
        g->count++;
    }
}

/* Whether rules make names of the index have the filter's word. */
static bool in_rules(struct suggester *g, const struct query_node *n)
{
    size_t count;
    bool found = false;
    struct name_change *changes =
        name_rules_changes(index_rules(g->index), n, n->value, &count);
    for (size_t i = 0; changes && i < count; i++)
        found = found || changes[i].found;
    free(changes);
    return found;
}

/* Whether a word, with what stands directly behind it, is UTF-8: what is not
 * cannot be put right by another word. */
static bool is_text(struct slice query, const struct query_word *w)
{
    size_t at = w->offset;
    const size_t end = w->offset + w->length;
    while (at < query.len) {
        utf8proc_int32_t c;
        const utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)query.data + at,
                             (utf8proc_ssize_t)(query.len - at), &c);
        if (n <= 0)
            return false;
        if (at >= end)
            return true;
        at += (size_t)n;
    }
    return true;
}

/* Returns how many articles have a name that is, or has, what a filter asks
 * for: a name of several words is compared as a whole. */
static uint64_t count_name(struct suggester *g, const struct query_node *n)
{
    const struct field_def *def = &schema_fields[n->field];
    if (!n->whole && memchr(n->value.data, ' ', n->value.len))
        return UINT64_MAX; /* words side by side are no term */
    return count_term(g, n->whole ? def->prefix : def->word_prefix, n->value);
}

/* Notes the value of a filter that no article has. For an address, sites are
 * proposed: addresses that look alike mean different pages. */
static void find_missing_value(struct suggester *g, const struct query_node *n)
{
    const struct field_def *def = &schema_fields[n->field];
    struct buf scratch = BUF_INIT;
    struct slice value = n->value;
    const struct slice wide =
        def->wide_prefix ? schema_wide_value(n->field, n->value, &scratch)
                         : (struct slice){"", 0};
    bool found = has_term(g, def->prefix, n->value);
    if (!found && wide.len)
        found = has_term(g, def->wide_prefix, wide);
    const bool site = n->field == FIELD_URL;
    if (!found && site && wide.len) {
        value.data = arena_copy(g->arena, wide.data, wide.len);
        value.len = wide.len;
    }
    if (scratch.failed || !value.data)
        g->rc = error_nomem(g->err);
    else if (!found && !(site && memchr(value.data, '/', value.len)))
        add_missing(g, value, 0, n->value_offset, n->value_length,
                    site ? def->wide_prefix : def->prefix, true);
    buf_release(&scratch);
}

/* True if the index has the words of another spelling than the typed one. */
static bool has_spelling(struct suggester *g, const struct query_node *n)
{
    bool has = false;
    for (size_t i = 1; n->expanded && !has && i < n->count; i++) {
        const struct query_node *other = n->children[i];
        has = other->word_count > 0;
        for (size_t k = 0; has && k < other->word_count; k++)
            has = has_term(
                g, "", stemmer_stem(g->index->stemmer, other->words[k].text));
    }
    return has;
}

static void find_missing(struct suggester *g, const struct query_node *n)
{
    const struct field_def *def = &schema_fields[n->field];
    if (n->kind == QUERY_NOT || has_spelling(g, n))
        return;
    for (size_t i = 0; n->kind != QUERY_WILDCARD && n->kind != QUERY_FUZZY &&
                       i < n->word_count;
         i++) {
        const struct query_word *w = &n->words[i];
        struct slice stem = stemmer_stem(g->index->stemmer, w->text);
        if (!w->cjk && is_text(g->query, w))
            add_missing(g, w->text, count_term(g, "", stem), w->offset,
                        w->length, NULL, false);
    }
    if (n->kind == QUERY_FILTER && def->kind == FIELD_KIND_NAME &&
        !in_rules(g, n))
        add_missing(g, n->value, count_name(g, n), n->value_offset,
                    n->value_length, n->whole ? def->prefix : def->word_prefix,
                    false);
    if (n->kind == QUERY_FILTER &&
        (def->kind == FIELD_KIND_LABEL || n->field == FIELD_URL))
        find_missing_value(g, n);
    const size_t typed = n->expanded ? 1 : n->count;
    for (size_t i = 0; i < typed; i++)
        find_missing(g, n->children[i]);
}

/* ---- Candidates. */

static bool is_boundary(struct slice s, size_t at)
{
    return at == 0 || at == s.len || s.data[at] == ' ' || s.data[at] == '.' ||
           s.data[at - 1] == ' ' || s.data[at - 1] == '.';
}

/* Whether a value has another one as whole words: cnn com has cnn. */
static bool has_part(struct slice value, struct slice part)
{
    for (size_t at = 0; at + part.len <= value.len; at++)
        if (memcmp(value.data + at, part.data, part.len) == 0 &&
            is_boundary(value, at) && is_boundary(value, at + part.len))
            return true;
    return false;
}

/* Shorter values are no part that says what is meant. */
#define PART_LEAST 3

static bool is_part(const struct missing *m, struct slice value)
{
    return m->parts && value.len >= PART_LEAST && m->word.len >= PART_LEAST &&
           (has_part(value, m->word) || has_part(m->word, value));
}

static bool each_name(void *ctx, struct slice word, uint32_t articles)
{
    struct suggester *g = ctx;
    if (!(g->fuzzy && pattern_walk_next(&g->walk, word)) &&
        !is_part(g->wanted, word))
        return true;
    return string_counts_add(&g->near, word, articles);
}

static int each_word(struct suggester *g, struct vocabulary *v)
{
    struct vocabulary_cursor c;
    struct vocabulary_word word;
    int more = 1;
    memset(&c, 0, sizeof c);
    int rc = vocabulary_seek(&c, v, (struct slice){"", 0}, g->err);
    while (rc == NH_OK && (more = vocabulary_next(&c, &word, g->err)) == 1)
        if (pattern_walk_next(&g->walk, word.text) &&
            !string_counts_add(&g->near, word.text, word.occurrences))
            rc = error_nomem(g->err);
    return rc != NH_OK ? rc : more < 0 ? more : NH_OK;
}

/* Keeps a candidate if it is among the best; NULL: the word as it was typed. */
static void keep(struct suggester *g, struct missing *m,
                 const struct strtab_entry *e, double weight)
{
    size_t at = m->count;
    while (at > 0 && m->items[at - 1].weight < weight)
        at--;
    if (at == CANDIDATES_MAX)
        return;
    char *text = e ? arena_copy(g->arena, e->data, e->len) : NULL;
    if (e && !text) {
        g->rc = error_nomem(g->err);
        return;
    }
    if (m->count < CANDIDATES_MAX)
        m->count++;
    memmove(m->items + at + 1, m->items + at,
            (m->count - 1 - at) * sizeof *m->items);
    m->items[at] = (struct candidate){text, e ? e->len : 0, weight};
}

static void find_candidates(struct suggester *g, struct missing *m)
{
    const struct snapshot *s = &g->index->snapshot;
    struct pattern all, one;
    const unsigned edits = m->word.len < WORD_LONG ? 1 : 2;
    g->fuzzy =
        pattern_fuzzy(&all, m->word, edits) && pattern_fuzzy(&one, m->word, 1);
    g->wanted = m;
    if (m->articles)
        keep(g, m, NULL, log((double)m->articles + 1));
    if (!g->fuzzy && !m->parts)
        return;
    if (g->fuzzy)
        pattern_walk_init(&g->walk, &all);
    string_counts_reset(&g->near);
    if (m->prefix)
        g->rc = term_walk(s, m->prefix, each_name, g, g->err);
    for (size_t i = 0; !m->prefix && g->rc == NH_OK && i < s->count; i++)
        g->rc = each_word(g, &s->segments[i].vocabulary);
    for (uint32_t i = 0; g->rc == NH_OK && i < g->near.texts.count; i++) {
        const struct strtab_entry *e = &g->near.texts.entries[i];
        const struct slice word = {e->data, e->len};
        if (g->near.counts[i] < m->articles * RARE_RATIO)
            continue;
        double weight =
            log((double)g->near.counts[i] + 1) -
            EDIT_COST *
                (is_part(m, word) || (g->fuzzy && pattern_matches(&one, word))
                     ? 1
                     : 2);
        if (word.data[0] != m->word.data[0] && !is_part(m, word))
            weight -= FIRST_LETTER_COST;
        keep(g, m, e, weight);
    }
}

/* ---- The query as a whole. */

static bool in_quotes(struct slice query, const struct missing *m)
{
    return m->offset > 0 && query.data[m->offset - 1] == '"';
}

/* The query with a candidate in the place of each missing word. */
static bool replace(struct suggester *g, struct slice query,
                    const size_t *choice, struct buf *out)
{
    size_t at = 0;
    buf_reset(out);
    for (size_t i = 0; i < g->count; i++) {
        const struct missing *m = &g->words[i];
        const struct candidate *c = &m->items[choice[i]];
        if (m->offset < at || m->offset + m->length > query.len)
            return false; /* parts are in the order of the query */
        buf_append(out, query.data + at, m->offset - at);
        at = m->offset + m->length;
        if (!c->text) {
            buf_append(out, query.data + m->offset, m->length);
            continue;
        }
        const bool quotes =
            memchr(c->text, ' ', c->len) && !in_quotes(query, m);
        if (quotes)
            buf_append_byte(out, '"');
        buf_append(out, c->text, c->len);
        if (quotes)
            buf_append_byte(out, '"');
    }
    buf_append(out, query.data + at, query.len - at);
    if (out->failed)
        g->rc = error_nomem(g->err);
    return g->rc == NH_OK;
}

/* Sets *total to the matches of a query; false where it cannot be asked. */
static bool count_matches(struct suggester *g, const struct buf *query,
                          const struct nh_search_options *o, uint64_t *total)
{
    const int rc = g->count_found(total, g->index, buf_slice(query), o, g->err);
    /* A word that is not one here does no harm. */
    if (rc != NH_OK && rc != NH_EQUERY && rc != NH_EUNSUPPORTED)
        g->rc = rc;
    return rc == NH_OK;
}

/* Goes to the next choice; false after the last. */
static bool next_choice(const struct suggester *g, size_t *choice)
{
    for (size_t i = 0; i < g->count; i++) {
        const size_t most = g->words[i].count < tries[g->count]
                                ? g->words[i].count
                                : tries[g->count];
        if (++choice[i] < most)
            return true;
        choice[i] = 0;
    }
    return false;
}

static void choose(struct suggester *g, struct slice query,
                   const struct nh_search_options *o, struct buf *best)
{
    size_t choice[MISSING_MAX] = {0};
    struct buf text = BUF_INIT;
    double most = -INFINITY;
    do {
        uint64_t total;
        if (!replace(g, query, choice, &text) ||
            !count_matches(g, &text, o, &total))
            continue;
        double weight = total ? FOUND_WORTH + log((double)total) : 0;
        for (size_t i = 0; i < g->count; i++)
            weight += g->words[i].items[choice[i]].weight;
        if (weight <= most)
            continue;
        most = weight;
        buf_reset(best);
        buf_append(best, text.data, text.len);
    } while (g->rc == NH_OK && next_choice(g, choice));
    buf_release(&text);
}

/* Returns whether a word that was noted is rare. */
static bool has_rare(const struct suggester *g)
{
    for (size_t i = 0; i < g->count && i < MISSING_MAX; i++)
        if (g->words[i].articles)
            return true;
    return false;
}

/* Notes the words to replace: rare ones too, if they are few and the query
 * finds next to nothing. */
static void find_replaceable(struct suggester *g, const struct query_node *root,
                             const struct nh_search_options *o)
{
    uint64_t total = 0;
    struct buf text = BUF_INIT;
    g->rare = RARE_ARTICLES;
    find_missing(g, root);
    if (g->rc != NH_OK || !has_rare(g))
        return;
    buf_append(&text, g->query.data, g->query.len);
    if (text.failed)
        g->rc = error_nomem(g->err);
    else if (g->count > MISSING_MAX || !count_matches(g, &text, o, &total) ||
             total > RARE_ARTICLES) {
        g->count = g->rare = 0;
        find_missing(g, root);
    }
    buf_release(&text);
}

int suggest(nh_index *index, const struct query *query, struct slice text,
            const struct nh_search_options *o, suggest_count_fn *count,
            struct arena *arena, struct nh_string *out, struct nh_error *err)
{
    struct suggester g;
    struct buf best = BUF_INIT;
    memset(&g, 0, sizeof g);
    g.index = index;
    g.count_found = count;
    g.arena = arena;
    g.query = text;
    g.err = err;
    *out = (struct nh_string){"", 0};
    find_replaceable(&g, query->root, o);
    bool all = g.count > 0 && g.count <= MISSING_MAX;
    for (size_t i = 0; all && g.rc == NH_OK && i < g.count; i++) {
        find_candidates(&g, &g.words[i]);
        all = g.words[i].count > 0;
    }
    if (all && g.rc == NH_OK)
        choose(&g, text, o, &best);
    if (best.len && best.len == text.len &&
        memcmp(best.data, text.data, text.len) == 0)
        buf_reset(&best); /* all stays */
    if (g.rc == NH_OK && (best.len || best.failed)) {
        *out = hit_string(arena, (struct slice){best.data, best.len});
        if (best.failed || !out->data)
            g.rc = error_nomem(err);
    }
    buf_release(&best);
    string_counts_release(&g.near);
    return g.rc;
}
