/* Owns the planning of queries.
 * Promises that the planned query finds exactly what the tree says: terms give
 * the candidates, checks on the stream decide what terms cannot. */
#include "searcher/match/plan_filter.h"

#include <stdlib.h>
#include <string.h>

#include "searcher/places/proximity.h"

/* All patterns of a query may stand for as many times the words that one may,
 * so that a query of thousands of them ends. */
#define EXPAND_PARTS 16

static struct match_tree *plan_node(struct planner *p,
                                    const struct query_node *n);

/* ---- Words and phrases. */

static const char *text_prefix(bool title)
{
    return title ? schema_fields[FIELD_TITLE].prefix : "";
}

static struct match_tree *plan_word(struct planner *p,
                                    const struct query_node *n)
{
    return planner_term(p, text_prefix(n->title),
                        stemmer_stem(p->stemmer, n->words[0].text), true);
}

/* A possessive s has no posting, so an s inside a phrase can't be asked for. */
static bool is_lone_s(const struct query_node *n, size_t i)
{
    return n->word_count > 1 &&
           slice_equal(n->words[i].text, (struct slice){"s", 1});
}

static bool seen_before(const struct query_node *n, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (slice_equal(n->words[j].text, n->words[i].text))
            return true;
    return false;
}

/* `a` and `b` with `between` between them, in p->scratch. */
static struct slice join_words(struct planner *p, struct slice a,
                               const char *between, struct slice b)
{
    buf_reset(&p->scratch);
    buf_append(&p->scratch, a.data, a.len);
    buf_append_str(&p->scratch, between);
    buf_append(&p->scratch, b.data, b.len);
    if (p->scratch.failed)
        planner_fail(p, error_nomem(p->err));
    return (struct slice){p->scratch.data, p->scratch.len};
}

/* The articles in which a line's end divides a word into `a` and `b`. */
static struct match_tree *plan_divided(struct planner *p, struct slice a,
                                       struct slice b)
{
    struct buf value = BUF_INIT;
    const struct slice stem = stemmer_stem(p->stemmer, join_words(p, a, "", b));
    schema_divided(&value, stem, a, b);
    struct match_tree *t =
        value.failed
            ? planner_fail(p, error_nomem(p->err))
            : planner_filter(p, SCHEMA_DIVIDED_PREFIX, buf_slice(&value));
    buf_release(&value);
    return t;
}

/* Adds terms that every article with the phrase has. */
static struct match_tree *add_phrase_terms(struct planner *p,
                                           const struct query_node *n,
                                           struct match_tree *all)
{
    const char *prefix = text_prefix(n->title);
    for (size_t i = 0; all && i < n->word_count; i++) {
        struct slice text = n->words[i].text;
        bool before = i > 0 && n->words[i - 1].cjk;
        bool after = i + 1 < n->word_count && n->words[i + 1].cjk;
        if (n->words[i].cjk && before)
            all = planner_add(
                p, all,
                planner_term(p, prefix,
                             join_words(p, n->words[i - 1].text, "", text),
                             true));
        bool covered = n->words[i].cjk && (before || after);
        if (covered || is_lone_s(n, i) || seen_before(n, i))
            continue;
        all = planner_add(
            p, all,
            planner_term(p, prefix, stemmer_stem(p->stemmer, text), true));
    }
    for (size_t i = 1; all && i < n->word_count; i++) {
        struct slice a = n->words[i - 1].text, b = n->words[i].text;
        if (analysis_pairs(a, b))
            all = planner_add(p, all,
                              planner_filter(p, SCHEMA_PAIR_PREFIX,
                                             join_words(p, a, " ", b)));
        if (all && n->words[i].rest)
            all = planner_add(p, all, plan_divided(p, a, b));
    }
    return all;
}

static struct text_check *make_check(struct planner *p,
                                     const struct query_node *n)
{
    struct text_check *check = NULL;
    struct slice *words = calloc(n->word_count, sizeof *words);
    if (!words) {
        planner_fail(p, error_nomem(p->err));
        return NULL;
    }
    for (size_t i = 0; i < n->word_count; i++)
        words[i] = n->words[i].text;
    int rc = phrase_check_new(&check, &p->plan->state, words, n->word_count,
                              n->title ? SCOPE_TITLE : SCOPE_ANY, p->err);
    free(words);
    if (rc == NH_EQUERY && p->err) {
        p->err->offset = n->offset;
        p->err->length = n->length;
    }
    if (rc != NH_OK)
        planner_fail(p, rc);
    return check;
}

static struct match_tree *plan_phrase(struct planner *p,
                                      const struct query_node *n)
{
    struct text_check *check = make_check(p, n);
    return planner_checked(
        p, add_phrase_terms(p, n, planner_group(p, TREE_AND)), check);
}

static int new_place_check(struct planner *p, const struct query_node *n,
                           struct text_check **check)
{
    const struct span_sources sources = {&p->plan->state, p->plan->patterns,
                                         p->stems, p->stemmer, p->rules};
    return proximity_new(check, n, &sources, p->err);
}

/* ---- Wildcards and fuzzy words. */

static void notice(struct planner *p, const struct query_node *n)
{
    struct buf *b = &p->plan->notice;
    buf_append_str(b, p->in_list ? ", "
                      : b->len   ? "; the index has no word like "
                                 : "the index has no word like ");
    p->in_list = true;
    buf_printf(b, "'%.*s%s'", (int)n->words[0].text.len, n->words[0].text.data,
               n->kind == QUERY_WILDCARD ? ""
               : n->distance == 1        ? "~"
                                         : "~2");
}

/* The stems of an expansion; *sure is made false where an article with one of
 * them may have none of the words. */
static struct match_tree *plan_stems(struct planner *p,
                                     const struct query_node *n,
                                     const struct expansion *x, bool *sure)
{
    struct match_tree *any = planner_group(p, TREE_OR);
    for (uint32_t i = 0; any && i < x->stems.count; i++) {
        const struct strtab_entry *e = &x->stems.entries[i];
        any = planner_add(p, any,
                          planner_term(p, text_prefix(n->title),
                                       (struct slice){e->data, e->len}, true));
        const struct postings *found = any ? p->plan->postings : NULL;
        for (size_t k = 0; found && k < x->segments; k++)
            if (found->segments[k].count > 0 &&
                x->meant[i * x->segments + k] < 2)
                *sure = false;
    }
    return any;
}

/* Moves the words of an expansion to the plan. */
static bool keep_words(struct planner *p, const struct query_node *n,
                       struct expansion *x)
{
    struct pattern_words *kept = calloc(1, sizeof *kept);
    if (!kept)
        return false;
    kept->next = p->plan->patterns;
    kept->node = n;
    kept->words = x->words;
    memset(&x->words, 0, sizeof x->words);
    p->plan->patterns = kept;
    return true;
}

static struct match_tree *plan_pattern(struct planner *p,
                                       const struct query_node *n)
{
    struct pattern pattern;
    struct expansion x;
    struct text_check *check;
    bool sure = true;
    memset(&x, 0, sizeof x);
    uint32_t most =
        p->words_left < p->most_words ? (uint32_t)p->words_left : p->most_words;
    query_pattern(n, &pattern); /* the parser saw to its length */
    int rc =
        expand(&x, p->plan->state.snapshot, p->stemmer, &pattern, most, p->err);
    if (rc == NH_EQUERY && most < p->most_words)
        error_set(p->err, rc,
                  "the wildcards and fuzzy words of this query stand for more "
                  "than %llu words of the index together",
                  (unsigned long long)p->most_words * EXPAND_PARTS);
    if (rc == NH_EQUERY && p->err) {
        p->err->offset = n->offset;
        p->err->length = n->length;
        error_hint(p->err, rc, "write more of its letters");
    }
    if (rc == NH_OK)
        p->words_left -= x.words.count;
    if (rc == NH_OK &&
        !match_work(&p->plan->state, x.compared * WORK_COMPARE)) {
        rc = p->plan->state.failed;
        if (p->err)
            *p->err = p->plan->state.error;
    }
    struct match_tree *any =
        rc == NH_OK ? plan_stems(p, n, &x, &sure) : planner_fail(p, rc);
    if (any && x.words.count == 0)
        notice(p, n);
    if (any && p->plan->notice.failed) {
        match_tree_free(any);
        any = planner_fail(p, error_nomem(p->err));
    }
    if (any && !keep_words(p, n, &x)) {
        match_tree_free(any);
        any = planner_fail(p, error_nomem(p->err));
    }
    expansion_release(&x);
    if (!any || sure)
        return any && any->count ? planner_settle(p, any) : any;
    rc = new_place_check(p, n, &check);
    if (rc == NH_OK)
        return planner_checked(
            p,
            planner_add(p, planner_group(p, TREE_AND), planner_settle(p, any)),
            check);
    match_tree_free(any);
    return planner_fail(p, rc);
}

/* ---- Places. */

/* What every article has where the parts of a NEAR or a scope stand as wanted.
 */
static struct match_tree *candidates(struct planner *p,
                                     const struct query_node *n)
{
    switch (n->kind) {
    case QUERY_WORD:
        return plan_word(p, n);
    case QUERY_PHRASE: /* its own check comes before that of the place */
        return plan_phrase(p, n);
    case QUERY_FILTER:
        return plan_filter(p, n);
    case QUERY_HAS:
        return plan_has(p, n);
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
        return plan_pattern(p, n);
    default: /* OR; or AND, NEAR and scopes, which want all */
        break;
    }
    struct match_tree *t =
        planner_group(p, n->kind == QUERY_OR ? TREE_OR : TREE_AND);
    for (size_t i = 0; t && i < n->count; i++)
        t = planner_add(p, t, candidates(p, n->children[i]));
    return planner_settle(p, t);
}

static struct match_tree *plan_place(struct planner *p,
                                     const struct query_node *n)
{
    struct text_check *check;
    struct match_tree *all =
        planner_add(p, planner_group(p, TREE_AND), candidates(p, n));
    if (!all)
        return NULL;
    int rc = new_place_check(p, n, &check);
    if (rc == NH_OK)
        return planner_checked(p, all, check);
    match_tree_free(all);
    return planner_fail(p, rc);
}

/* ---- Operators. */

static bool loosens(const struct query_node *n)
{
    return n->plain && !n->required &&
           (n->kind == QUERY_WORD || n->kind == QUERY_PHRASE || n->expanded);
}

/* The plain words of an AND, any of which will do. */
static struct match_tree *plan_loosened(struct planner *p,
                                        const struct query_node *n)
{
    struct match_tree *any = planner_group(p, TREE_OR);
    for (size_t i = 0; any && i < n->count; i++)
        if (loosens(n->children[i]))
            any = planner_add(p, any, plan_node(p, n->children[i]));
    return planner_settle(p, any);
}

static struct match_tree *plan_and(struct planner *p,
                                   const struct query_node *n)
{
    struct match_tree *yes = planner_group(p, TREE_AND),
                      *no = planner_group(p, TREE_OR);
    size_t loose = 0;
    for (size_t i = 0; i < n->count; i++)
        loose += loosens(n->children[i]);
    if (loose > 1)
        p->plan->can_loosen = true;
    bool loosen = p->any && loose > 1;
    if (loosen)
        yes = planner_add(p, yes, plan_loosened(p, n));
    for (size_t i = 0; yes && no && i < n->count; i++) {
        const struct query_node *child = n->children[i];
        if (child->kind == QUERY_NOT)
            no = planner_add(p, no, plan_node(p, child->children[0]));
        else if (!loosen || !loosens(child))
            yes = planner_add(p, yes, plan_node(p, child));
    }
    if (yes && no && no->count > 0)
        return planner_without(p, planner_settle(p, yes),
                               planner_settle(p, no));
    bool good = no != NULL;
    match_tree_free(no);
    if (good)
        return planner_settle(p, yes);
    match_tree_free(yes);
    return NULL;
}

static struct match_tree *plan_or(struct planner *p, const struct query_node *n)
{
    struct match_tree *any = planner_group(p, TREE_OR);
    for (size_t i = 0; any && i < n->count; i++)
        any = planner_add(p, any, plan_node(p, n->children[i]));
    return planner_settle(p, any);
}

static struct match_tree *plan_node(struct planner *p,
                                    const struct query_node *n)
{
    switch (n->kind) {
    case QUERY_AND:
        return plan_and(p, n);
    case QUERY_OR:
        return plan_or(p, n);
    case QUERY_NOT: /* by itself: all articles but those */
        return planner_without(p, planner_everything(p),
                               plan_node(p, n->children[0]));
    case QUERY_ALL:
        return planner_everything(p);
    case QUERY_WORD:
        return plan_word(p, n);
    case QUERY_PHRASE:
        return plan_phrase(p, n);
    case QUERY_FILTER:
        return plan_filter(p, n);
    case QUERY_HAS:
        return plan_has(p, n);
    case QUERY_DATE:
        return plan_date(p, n);
    case QUERY_NEAR:
    case QUERY_SCOPE:
        return plan_place(p, n);
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
        return plan_pattern(p, n);
    }
    return planner_fail(
        p, error_set(p->err, NH_EINTERNAL, "unknown part of a query"));
}

/* Whether the tree has words that an article should have. */
static bool has_text(const struct query_node *n)
{
    if (n->word_count > 0)
        return true;
    if (n->kind == QUERY_NOT)
        return false;
    for (size_t i = 0; i < n->count; i++)
        if (has_text(n->children[i]))
            return true;
    return false;
}

int plan_make(struct plan *plan, const struct query *q, nh_index *index,
              const struct nh_search_options *o, struct nh_error *err)
{
    struct planner p;
    memset(plan, 0, sizeof *plan);
    memset(&p, 0, sizeof p);
    p.plan = plan;
    p.stemmer = index->stemmer;
    p.stems = &index->stems;
    p.rules = index_rules(index);
    p.any = (o->flags & NH_SEARCH_ANY) != 0;
    p.most_words = o->expand;
    p.words_left = (uint64_t)o->expand * EXPAND_PARTS;
    p.err = err;
    p.has_text = has_text(q->root);
    plan->state.snapshot = &index->snapshot;
    plan->state.most_work = match_work_limit(plan->state.snapshot, o->effort);
    plan->source.state = &plan->state;
    plan->source.first = 1;
    plan->source.last = UINT32_MAX;
    plan->source.tree = plan_node(&p, q->root);
    buf_release(&p.term);
    buf_release(&p.scratch);
    if (p.rc != NH_OK) {
        plan_release(plan);
        return p.rc;
    }
    plan->ranked = match_tree_scores(plan->source.tree);
    return NH_OK;
}

void plan_release(struct plan *plan)
{
    if (!plan)
        return;
    match_tree_free(plan->source.tree);
    text_check_free(plan->checks);
    pattern_words_free(plan->patterns);
    postings_free(plan->postings);
    buf_release(&plan->notice);
    memset(plan, 0, sizeof *plan);
}

int plan_find(struct tree_cursor **out, struct plan *plan, uint32_t docid,
              struct nh_error *err)
{
    const struct snapshot *s = plan->state.snapshot;
    const struct snapshot_segment *segment = snapshot_segment(s, docid);
    *out = NULL;
    if (!segment)
        return error_set(err, NH_EINTERNAL, "no segment has the article");
    struct tree_cursor *c;
    int rc = tree_cursor_new(&c, plan->source.tree, s,
                             (size_t)(segment - s->segments), true,
                             &plan->state, err);
    if (rc != NH_OK)
        return rc;
    const bool found =
        tree_cursor_seek(c, docid, 0) == docid && tree_cursor_confirm(c);
    if (plan->state.failed != NH_OK) {
        rc = plan->state.failed;
        if (err)
            *err = plan->state.error;
    }
    if (rc == NH_OK && found)
        *out = c;
    else
        tree_cursor_free(c);
    return rc;
}
