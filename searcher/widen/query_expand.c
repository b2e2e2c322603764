/* Owns the widening of queries by other spellings.
 * Promises that each spelling means what it would mean if it were typed. */
#include "searcher/widen/query_expand.h"

#include <string.h>

#include "common/text/letters.h"
#include "searcher/match/postings.h"
#include "searcher/widen/term_walk.h"

/* Spellings that are made of one part and may turn out to be there already. */
#define TRIES_MAX (EXPAND_SPELLINGS_MAX * 4)
/* Bytes of a word whose letters rules change, before and after each rule: far
 * more than words have, and rules cannot make it grow without end. */
#define SPELT_MAX 256

struct expander {
    struct query *q;
    struct slice text; /* of the query */
    nh_index *index;
    const struct synonyms *synonyms; /* or NULL */
    bool divided;                    /* some article has a divided word */
    bool too_many;                   /* spellings were left out */
    struct nh_error *err;
    int rc;
};

/* The spellings of one part of the query; the first one is as typed. */
struct spellings {
    struct query_node *items[EXPAND_SPELLINGS_MAX + 1];
    size_t count, tries;
};

static void *allocate(struct expander *x, size_t size)
{
    void *p = x->rc == NH_OK ? arena_alloc(&x->q->arena, size) : NULL;
    if (!p && x->rc == NH_OK)
        x->rc = error_nomem(x->err);
    return p;
}

/* ---- Nodes. */

static bool same_words(const struct query_node *a, const struct query_node *b)
{
    bool same = a->kind == b->kind && a->word_count == b->word_count;
    for (size_t i = 0; same && i < a->word_count; i++)
        same = slice_equal(a->words[i].text, b->words[i].text);
    return same;
}

/* Adds words as a spelling of the part `like`, unless it is there. What was one
 * typed word stays one to be stemmed. */
static void add_spelling(struct expander *x, struct spellings *s,
                         const struct query_node *like,
                         const struct query_word *words, size_t count)
{
    struct query_node made = *like;
    made.kind =
        count == 1 && like->kind != QUERY_PHRASE ? QUERY_WORD : QUERY_PHRASE;
    made.children = NULL;
    made.count = 0;
    made.word_count = count;
    made.words = (struct query_word *)(uintptr_t)words; /* only compared */
    made.plain = made.required = false;
    for (size_t i = 0; i < s->count; i++)
        if (same_words(s->items[i], &made))
            return;
    if (s->count > EXPAND_SPELLINGS_MAX || ++x->q->nodes > QUERY_NODES_MAX) {
        x->too_many = true;
        return;
    }
    struct query_node *n = allocate(x, sizeof *n);
    made.words = allocate(x, count * sizeof *words);
    if (!n || !made.words)
        return;
    memcpy(made.words, words, count * sizeof *words);
    *n = made;
    s->items[s->count++] = n;
}

/* An OR of the spellings, which stands for `typed`; `typed` itself if there is
 * no other one. */
static struct query_node *join(struct expander *x, struct query_node *typed,
                               const struct spellings *s)
{
    if (s->count < 2 || x->rc != NH_OK)
        return typed;
    struct query_node *n = allocate(x, sizeof *n);
    struct query_node **children = allocate(x, s->count * sizeof *children);
    if (!n || !children)
        return typed;
    memcpy(children, s->items, s->count * sizeof *children);
    memset(n, 0, sizeof *n);
    n->kind = QUERY_OR;
    n->expanded = true;
    n->plain = typed->plain;
    n->required = typed->required;
    n->offset = typed->offset;
    n->length = typed->length;
    n->children = children;
    n->count = s->count;
    return n;
}

/* A folded word at the place of another one, copied. */
static struct query_word word_like(struct expander *x,
                                   const struct query_word *at,
                                   struct slice folded, bool cjk)
{
    struct query_word w = *at;
    char *copy = allocate(x, folded.len + 1);
    if (copy)
        memcpy(copy, folded.data, folded.len);
    w.text = (struct slice){copy, copy ? folded.len : 0};
    w.cjk = cjk;
    return w;
}

/* True if no further spelling is taken; notes that some are left out. */
static bool is_full(struct expander *x, const struct spellings *s)
{
    const bool full = s->count > EXPAND_SPELLINGS_MAX ||
                      s->tries >= TRIES_MAX || x->q->nodes >= QUERY_NODES_MAX;
    x->too_many = x->too_many || full;
    return full || x->rc != NH_OK;
}

/* ---- Other spellings of words [at, at + count) of a part. */

/* Takes each of them: words that stand for `span` words of the part. */
struct taker {
    struct expander *x;
    void (*take)(struct taker *t, const struct query_word *words, size_t count,
                 size_t span);
    struct spellings *out;
    const struct query_node *part;
    size_t at; /* word of the part */
    /* Of phrases: what is made of the words before. */
    struct query_word *made;
    size_t made_count;
};

static void take_names(struct taker *t, const struct synonym_name *name,
                       uint32_t self)
{
    const struct synonyms *s = t->x->synonyms;
    struct query_word words[SYNONYM_WORDS_MAX];
    for (uint32_t i = name->first; i < name->end; i++) {
        const struct synonym_name *other = &s->names[i];
        if (i == self)
            continue;
        if (is_full(t->x, t->out))
            return;
        for (size_t k = 0; k < other->count; k++)
            words[k] = word_like(t->x, &t->part->words[t->at],
                                 other->words[k].text, other->words[k].cjk);
        t->take(t, words, other->count, name->count);
    }
}

/* True if the name's words stand in the part from word `at` on. */
static bool name_at(const struct query_node *part, size_t at,
                    const struct synonym_name *name)
{
    bool same = name->count <= part->word_count - at;
    for (size_t i = 0; same && i < name->count; i++)
        same = slice_equal(part->words[at + i].text, name->words[i].text);
    return same;
}

/* By rules that say what is the same. A lone word in quotes or behind = is
 * meant as it is written. */
static void take_synonyms(struct taker *t, struct slice stem)
{
    const struct synonyms *s = t->x->synonyms;
    const struct query_word *w = &t->part->words[t->at];
    if (t->part->kind == QUERY_WORD) {
        for (uint32_t n = synonyms_by_stem(s, stem); n != SYNONYM_NONE;
             n = s->names[n].next_stem)
            take_names(t, &s->names[n], n);
        return;
    }
    for (uint32_t n = synonyms_by_word(s, w->text);
         n != SYNONYM_NONE && t->x->rc == NH_OK; n = s->names[n].next_word)
        if (name_at(t->part, t->at, &s->names[n]))
            take_names(t, &s->names[n], n);
}

/* Appends `text` with each `from` made `to`, as far as there is room; true if
 * there was one. */
static bool replace_all(struct slice text, struct slice from, struct slice to,
                        struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < text.len && out->len <= SPELT_MAX;) {
        if (text.len - i >= from.len &&
            memcmp(text.data + i, from.data, from.len) == 0) {
            buf_append(out, to.data, to.len);
            i += from.len;
            any = true;
        } else {
            buf_append_byte(out, (uint8_t)text.data[i++]);
        }
    }
    return any;
}

/* Takes the words of a text that stands for one word. */
static void take_text(struct taker *t, struct slice text)
{
    struct query_word words[SYNONYM_WORDS_MAX];
    struct word_scanner s;
    struct word w;
    size_t count = 0;
    word_scanner_init(&s, text);
    while (count < SYNONYM_WORDS_MAX && word_next(&s, &w))
        words[count++] = word_like(t->x, &t->part->words[t->at], w.folded,
                                   (w.flags & WORD_CJK) != 0);
    if (s.scratch.failed && t->x->rc == NH_OK)
        t->x->rc = error_nomem(t->x->err);
    word_scanner_release(&s);
    if (count > 0 && t->x->rc == NH_OK)
        t->take(t, words, count, 1);
}

/* By rules about letters: all of them one way, then all of them the other. */
static void take_letters(struct taker *t)
{
    const struct synonyms *s = t->x->synonyms;
    const struct query_word *w = &t->part->words[t->at];
    if (w->offset > t->x->text.len || w->length > t->x->text.len - w->offset ||
        w->length > SPELT_MAX)
        return;
    const struct slice typed = {t->x->text.data + w->offset, w->length};
    for (int way = 0; way < 2; way++) {
        struct buf now = BUF_INIT, next = BUF_INIT;
        bool any = false;
        letter_lower(typed, &now);
        for (size_t i = 0; i < s->spelling_count && now.len <= SPELT_MAX; i++) {
            const struct spelling *r = &s->spellings[i];
            buf_reset(&next);
            any |= replace_all(buf_slice(&now), way ? r->b : r->a,
                               way ? r->a : r->b, &next);
            const struct buf swap = now;
            now = next;
            next = swap;
        }
        if (now.failed || next.failed)
            t->x->rc = error_nomem(t->x->err);
        else if (any && now.len <= SPELT_MAX)
            take_text(t, buf_slice(&now));
        buf_release(&now);
        buf_release(&next);
    }
}

/* One of the divided words with a stem: its parts, with a blank between. */
static bool take_divided(void *ctx, struct slice parts, uint32_t articles)
{
    struct taker *t = ctx;
    const struct query_word *w = &t->part->words[t->at];
    const char *blank = parts.len ? memchr(parts.data, ' ', parts.len) : NULL;
    (void)articles;
    if (!blank || t->x->rc != NH_OK)
        return true;
    const struct slice a = {parts.data, (size_t)(blank - parts.data)};
    const struct slice b = {blank + 1, parts.len - a.len - 1};
    const bool exactly = a.len + b.len == w->text.len &&
                         memcmp(w->text.data, a.data, a.len) == 0 &&
                         memcmp(w->text.data + a.len, b.data, b.len) == 0;
    if (t->part->kind == QUERY_PHRASE && !exactly)
        return true;
    struct query_word words[2] = {word_like(t->x, w, a, false),
                                  word_like(t->x, w, b, false)};
    words[1].rest = true;
    if (t->x->rc == NH_OK && !is_full(t->x, t->out))
        t->take(t, words, 2, 1);
    return true;
}

static bool is_lone_exact(const struct query_node *n)
{
    return n->kind == QUERY_PHRASE && n->word_count == 1;
}

/* Gives t->take all other spellings of the part from word t->at on. */
static void each_spelling(struct taker *t)
{
    struct expander *x = t->x;
    const struct query_word *w = &t->part->words[t->at];
    struct buf stem = BUF_INIT, prefix = BUF_INIT;
    const struct slice made = stemmer_stem(x->index->stemmer, w->text);
    buf_append(&stem, made.data, made.len);
    if (stem.failed)
        x->rc = error_nomem(x->err);
    if (x->synonyms && x->rc == NH_OK && !is_lone_exact(t->part)) {
        take_synonyms(t, buf_slice(&stem));
        if (x->synonyms->spelling_count > 0 && x->rc == NH_OK)
            take_letters(t);
    }
    if (x->divided && !w->cjk && !t->part->title &&
        w->text.len <= ANALYSIS_STEM_MAX && x->rc == NH_OK) {
        buf_append_str(&prefix, SCHEMA_DIVIDED_PREFIX);
        buf_append(&prefix, stem.data, stem.len);
        buf_append_byte(&prefix, ' ');
        const char *begin = buf_cstr(&prefix);
        const int rc = begin ? term_walk(&x->index->snapshot, begin,
                                         take_divided, t, x->err)
                             : error_nomem(x->err);
        if (x->rc == NH_OK)
            x->rc = rc;
    }
    buf_release(&stem);
    buf_release(&prefix);
}

/* ---- Words. */

static void take_for_word(struct taker *t, const struct query_word *words,
                          size_t count, size_t span)
{
    (void)span;
    add_spelling(t->x, t->out, t->part, words, count);
}

static struct query_node *expand_word(struct expander *x, struct query_node *n)
{
    struct spellings s = {.items = {n}, .count = 1};
    struct taker t = {.x = x, .take = take_for_word, .out = &s, .part = n};
    each_spelling(&t);
    return join(x, n, &s);
}

/* ---- Phrases. */

static void build_phrase(struct taker *t);

/* Goes on behind other words in the place of `span` of the phrase. */
static void take_for_phrase(struct taker *t, const struct query_word *words,
                            size_t count, size_t span)
{
    struct taker next = *t;
    if (t->made_count + count > STREAM_PHRASE_MAX)
        return;
    memcpy(t->made + t->made_count, words, count * sizeof *words);
    next.at += span;
    next.made_count += count;
    build_phrase(&next);
}

/* Adds the phrases that begin with what is made and go on with the words of
 * the part from t->at on. Each call ends in one phrase at least, and their
 * number has a limit; the depth is that of the words. */
static void build_phrase(struct taker *t)
{
    if (is_full(t->x, t->out))
        return;
    if (t->at == t->part->word_count) {
        t->out->tries++;
        add_spelling(t->x, t->out, t->part, t->made, t->made_count);
        return;
    }
    take_for_phrase(t, &t->part->words[t->at], 1, 1);
    each_spelling(t);
}

static struct query_node *expand_phrase(struct expander *x,
                                        struct query_node *n)
{
    struct query_word made[STREAM_PHRASE_MAX];
    struct spellings s = {.items = {n}, .count = 1};
    struct taker t = {
        .x = x, .take = take_for_phrase, .out = &s, .part = n, .made = made};
    if (n->word_count > STREAM_PHRASE_MAX) /* the planner refuses it */
        return n;
    build_phrase(&t);
    return join(x, n, &s);
}

/* ---- Names of several words that were typed without quotes. */

/* Words of children of an AND from `at` on that were typed without quotes and
 * are not required. ends[i] is true if a child ends behind word i. */
static size_t typed_run(const struct query_node *n, size_t at,
                        struct query_word words[SYNONYM_WORDS_MAX],
                        bool ends[SYNONYM_WORDS_MAX])
{
    size_t count = 0;
    for (size_t i = at; i < n->count; i++) {
        const struct query_node *c = n->children[i];
        if ((c->kind != QUERY_WORD && c->kind != QUERY_PHRASE) || !c->plain ||
            c->required || c->word_count > SYNONYM_WORDS_MAX - count)
            break;
        for (size_t k = 0; k < c->word_count; k++) {
            ends[count] = k + 1 == c->word_count;
            words[count++] = c->words[k];
        }
    }
    return count;
}

/* The longest name that begins a run and ends with one of its children but the
 * first; SYNONYM_NONE if there is none. */
static uint32_t longest_name(const struct synonyms *s,
                             const struct query_node *run, const bool *ends)
{
    uint32_t best = SYNONYM_NONE;
    size_t first = 0; /* words of the first child */
    while (first < run->word_count && !ends[first])
        first++;
    for (uint32_t n = run->word_count > 1
                          ? synonyms_by_word(s, run->words[0].text)
                          : SYNONYM_NONE;
         n != SYNONYM_NONE; n = s->names[n].next_word) {
        const struct synonym_name *name = &s->names[n];
        if (name->count > first + 1 && name_at(run, 0, name) &&
            ends[name->count - 1] &&
            (best == SYNONYM_NONE || name->count > s->names[best].count))
            best = n;
    }
    return best;
}

/* Adds the names that rules say are the same as the part's. */
static void take_same_names(struct taker *t, uint32_t name)
{
    const struct synonyms *s = t->x->synonyms;
    const size_t count = s->names[name].count;
    for (uint32_t n = synonyms_by_word(s, t->part->words[0].text);
         n != SYNONYM_NONE && t->x->rc == NH_OK; n = s->names[n].next_word)
        if (s->names[n].count == count && name_at(t->part, 0, &s->names[n]))
            take_names(t, &s->names[n], n);
}

/* The AND of children [at, at + count), whose words are `run`, or the name of
 * the same words by another spelling. */
static struct query_node *expand_run(struct expander *x, struct query_node *n,
                                     size_t at, size_t count,
                                     const struct query_node *run,
                                     uint32_t name)
{
    const struct query_node *first = n->children[at];
    const struct query_node *last = n->children[at + count - 1];
    struct query_node *all = allocate(x, sizeof *all);
    if (!all)
        return NULL;
    *all = *n;
    all->children = n->children + at;
    all->count = count;
    all->offset = first->offset;
    all->length = last->offset + last->length - first->offset;
    struct query_node part = *first;
    part.kind = QUERY_WORD;
    part.words = run->words;
    part.word_count = run->word_count;
    part.length = all->length;
    struct spellings s = {.items = {all}, .count = 1};
    struct taker t = {.x = x, .take = take_for_word, .out = &s, .part = &part};
    take_same_names(&t, name);
    struct query_node *any = join(x, all, &s);
    any->plain = true;
    return any;
}

/* Makes each name of several words that was typed as children of an AND one
 * child of it. */
static void expand_runs(struct expander *x, struct query_node *n)
{
    struct query_word words[SYNONYM_WORDS_MAX];
    bool ends[SYNONYM_WORDS_MAX];
    struct query_node **out = allocate(x, n->count * sizeof *out);
    size_t kept = 0;
    for (size_t at = 0; out && at < n->count && x->rc == NH_OK;) {
        struct query_node run = {.words = words};
        run.word_count = typed_run(n, at, words, ends);
        const uint32_t name = longest_name(x->synonyms, &run, ends);
        size_t count = 1;
        if (name == SYNONYM_NONE) {
            out[kept++] = n->children[at];
        } else {
            run.word_count = x->synonyms->names[name].count;
            count = 0;
            for (size_t i = 0; i < run.word_count; i++)
                count += ends[i];
            out[kept++] = expand_run(x, n, at, count, &run, name);
        }
        at += count;
    }
    if (!out || x->rc != NH_OK)
        return;
    n->children = out;
    n->count = kept;
}

/* ---- */

/* The depth is that of the query, which the parser limits. */
static struct query_node *expand(struct expander *x, struct query_node *n)
{
    if (x->rc != NH_OK)
        return n;
    if (n->kind == QUERY_WORD)
        return expand_word(x, n);
    if (n->kind == QUERY_PHRASE)
        return expand_phrase(x, n);
    if (n->kind == QUERY_AND && x->synonyms)
        expand_runs(x, n);
    for (size_t i = 0; i < n->count; i++) {
        struct query_node *child = n->children[i];
        if (!child->expanded)
            n->children[i] = expand(x, child);
        else /* the words that were typed may have spellings of their own */
            for (size_t k = 0; k < child->children[0]->count; k++)
                child->children[0]->children[k] =
                    expand(x, child->children[0]->children[k]);
    }
    return n;
}

/* Whether some article has a divided word. */
static int find_divided(struct expander *x)
{
    struct postings *found = NULL;
    int rc =
        postings_new(&found, &x->index->snapshot,
                     slice_of(SCHEMA_HAS_PREFIX SCHEMA_DIVIDED_NAME), x->err);
    for (size_t i = 0; found && i < found->segment_count; i++)
        x->divided = x->divided || found->segments[i].count > 0;
    postings_free(found);
    return rc;
}

int query_expand(struct query *q, struct slice text, nh_index *index,
                 struct nh_error *err)
{
    struct expander x = {.q = q, .text = text, .index = index, .err = err};
    x.synonyms = index->no_synonyms ? NULL : index->synonyms;
    if (!q->root || index->snapshot.count == 0)
        return NH_OK;
    x.rc = find_divided(&x);
    if (x.rc == NH_OK && (x.synonyms || x.divided))
        q->root = expand(&x, q->root);
    if (x.rc == NH_OK && x.too_many)
        buf_append_str(&q->notice, q->notice.len
                                       ? "; not all spellings are searched for"
                                       : "not all spellings are searched for");
    return x.rc == NH_OK && q->notice.failed ? error_nomem(err) : x.rc;
}
