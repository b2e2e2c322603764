/* Owns the planning of queries.
 * Promises that the planned query finds exactly what the tree says: terms give
 * the candidates, checks on the stream decide what terms cannot. */
#include "searcher/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/date.h"
#include "searcher/proximity.h"

/* All patterns of a query may stand for as many times the words that one may,
 * so that a query of thousands of them ends. */
#define EXPAND_PARTS 16

struct planner {
    struct plan *plan;
    struct stemmer *stemmer;
    struct stem_index *stems;
    bool any;
    bool has_text;       /* words rank, filters only filter */
    uint32_t most_words; /* that a wildcard or fuzzy word may stand for */
    uint64_t words_left; /* that those still to come may stand for together */
    struct buf term, scratch;
    int rc; /* of the first failure, whose tree is NULL */
    struct nh_error *err;
};

static struct match_tree *plan_node(struct planner *p,
                                    const struct query_node *n);

/* ---- Combining. NULL stands for a tree that could not be made: p->rc says
 * why. */

static struct match_tree *fail(struct planner *p, int rc)
{
    if (p->rc == NH_OK)
        p->rc = rc;
    return NULL;
}

static struct match_tree *made(struct planner *p, struct match_tree *tree)
{
    return tree ? tree : fail(p, error_nomem(p->err));
}

static struct match_tree *group(struct planner *p, enum tree_op op)
{
    return made(p, match_tree_op(op));
}

/* Adds to a group; takes both over. */
static struct match_tree *add(struct planner *p, struct match_tree *group,
                              struct match_tree *child)
{
    if (group && child && match_tree_add(group, child))
        return group;
    if (group && child)
        fail(p, error_nomem(p->err));
    if (!group)
        match_tree_free(child);
    match_tree_free(group);
    return NULL;
}

static struct match_tree *everything(struct planner *p)
{
    return made(p, match_tree_op(TREE_ALL));
}

/* A group of one is that one; an AND of none finds everything. */
static struct match_tree *settle(struct planner *p, struct match_tree *group)
{
    if (group && group->count == 0)
        group = add(p, group, everything(p));
    return group ? match_tree_unwrap(group) : NULL;
}

static struct match_tree *without(struct planner *p, struct match_tree *a,
                                  struct match_tree *b)
{
    if (a && b)
        return made(p, match_tree_without(a, b));
    match_tree_free(a);
    match_tree_free(b);
    return NULL;
}

/* ---- Terms. */

/* A term; one that does not weigh only filters. */
static struct match_tree *term(struct planner *p, const char *prefix,
                               struct slice value, bool weighs)
{
    struct postings *found;
    struct plan *plan = p->plan;
    schema_term(&p->term, prefix, value);
    if (p->term.failed)
        return fail(p, error_nomem(p->err));
    int rc = postings_new(&found, plan->state.snapshot,
                          (struct slice){p->term.data, p->term.len}, p->err);
    if (rc != NH_OK)
        return fail(p, rc);
    found->next = plan->postings;
    plan->postings = found;
    return made(p, match_tree_term(found, !weighs));
}

static struct match_tree *filter(struct planner *p, const char *prefix,
                                 struct slice value)
{
    return term(p, prefix, value, false);
}

/* ---- Words and phrases. */

static const char *text_prefix(bool title)
{
    return title ? schema_fields[FIELD_TITLE].prefix : "";
}

static struct match_tree *plan_word(struct planner *p,
                                    const struct query_node *n)
{
    return term(p, text_prefix(n->title),
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
        fail(p, error_nomem(p->err));
    return (struct slice){p->scratch.data, p->scratch.len};
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
            all =
                add(p, all,
                    term(p, prefix,
                         join_words(p, n->words[i - 1].text, "", text), true));
        bool covered = n->words[i].cjk && (before || after);
        if (covered || is_lone_s(n, i) || seen_before(n, i))
            continue;
        all =
            add(p, all, term(p, prefix, stemmer_stem(p->stemmer, text), true));
    }
    for (size_t i = 1; all && i < n->word_count; i++) {
        struct slice a = n->words[i - 1].text, b = n->words[i].text;
        if (analysis_pairs(a, b))
            all = add(p, all,
                      filter(p, SCHEMA_PAIR_PREFIX, join_words(p, a, " ", b)));
    }
    return all;
}

static struct text_check *make_check(struct planner *p,
                                     const struct query_node *n)
{
    struct text_check *check = NULL;
    struct slice *words = calloc(n->word_count, sizeof *words);
    if (!words) {
        fail(p, error_nomem(p->err));
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
        fail(p, rc);
    return check;
}

/* An AND with a check, which the plan takes over. */
static struct match_tree *checked(struct planner *p, struct match_tree *all,
                                  struct text_check *check)
{
    if (check) {
        check->next = p->plan->checks;
        p->plan->checks = check;
    }
    if (all && check && match_tree_check(all, check))
        return settle(p, all);
    if (all && check)
        fail(p, error_nomem(p->err));
    match_tree_free(all);
    return NULL;
}

static struct match_tree *plan_phrase(struct planner *p,
                                      const struct query_node *n)
{
    struct text_check *check = make_check(p, n);
    return checked(p, add_phrase_terms(p, n, group(p, TREE_AND)), check);
}

/* ---- Filters. */

/* Adds the words of a folded name. */
static struct match_tree *add_name_words(struct planner *p,
                                         const struct field_def *def,
                                         struct slice name, bool weigh,
                                         struct match_tree *all)
{
    struct slice word;
    while (all && (word = slice_word(&name)).len > 0)
        all = add(p, all, term(p, def->word_prefix, word, weigh));
    return all;
}

static struct match_tree *plan_filter(struct planner *p,
                                      const struct query_node *n)
{
    const struct field_def *def = &schema_fields[n->field];
    struct match_tree *all = group(p, TREE_AND);
    /* Without words in the query, mentions rank. */
    bool weigh = def->entity && !p->has_text;
    if (def->kind == FIELD_KIND_NAME && (!n->whole || weigh))
        all = add_name_words(p, def, n->value, weigh, all);
    if (n->whole)
        all = add(p, all, filter(p, def->prefix, n->value));
    return settle(p, all);
}

static struct match_tree *date_term(struct planner *p, char letter,
                                    int64_t value, int digits)
{
    char prefix[2] = {letter, '\0'}, text[16];
    snprintf(text, sizeof text, "%0*lld", digits, (long long)value);
    return filter(p, prefix, slice_of(text));
}

/* Adds terms for the days first..last: whole years, else whole months, else
 * days. */
static struct match_tree *add_date_terms(struct planner *p, int64_t first,
                                         int64_t last, struct match_tree *any)
{
    while (any && first <= last) {
        struct date_civil c = date_civil_of(first);
        int64_t year_end = date_days((struct date_civil){c.year, 12, 31});
        int64_t month_end = first - c.day + date_month_length(c.year, c.month);
        if (c.day == 1 && c.month == 1 && year_end <= last) {
            any = add(p, any, date_term(p, 'Y', c.year, 4));
            first = year_end + 1;
        } else if (c.day == 1 && month_end <= last) {
            any = add(p, any, date_term(p, 'M', c.year * 100 + c.month, 6));
            first = month_end + 1;
        } else {
            any = add(
                p, any,
                date_term(p, 'D', (c.year * 100 + c.month) * 100 + c.day, 8));
            first++;
        }
    }
    return any;
}

/* Ends an open range where the index's dates do. */
static int date_limits(struct planner *p, int64_t *first, int64_t *last)
{
    char *lower, *upper;
    size_t lower_len, upper_len;
    int rc = xw_db_value_bounds(p->plan->state.snapshot->db, SCHEMA_DATE_SLOT,
                                &lower, &lower_len, &upper, &upper_len, p->err);
    if (rc == NH_OK && lower_len == DATE_SORTABLE &&
        upper_len == DATE_SORTABLE) {
        int64_t from = date_day_of(date_of_sortable(lower)),
                to = date_day_of(date_of_sortable(upper));
        *first = *first > from ? *first : from;
        *last = *last < to ? *last : to;
    } else {
        *last = *first - 1; /* there are none */
    }
    free(lower);
    free(upper);
    return rc;
}

static struct match_tree *plan_date(struct planner *p,
                                    const struct query_node *n)
{
    int64_t first = n->first, last = n->last;
    int rc = date_limits(p, &first, &last);
    if (rc != NH_OK)
        return fail(p, rc);
    struct match_tree *any = add_date_terms(p, first, last, group(p, TREE_OR));
    if (any && any->count == 0) /* no such days in the index */
        any = add(p, any, filter(p, "D", slice_of("00000000")));
    return settle(p, any);
}

static struct match_tree *plan_has(struct planner *p,
                                   const struct query_node *n)
{
    return n->field == FIELD_ID
               ? everything(p)
               : filter(p, SCHEMA_HAS_PREFIX,
                        slice_of(schema_fields[n->field].name));
}

/* ---- Wildcards and fuzzy words. */

static void notice(struct planner *p, const struct query_node *n)
{
    struct buf *b = &p->plan->notice;
    buf_append_str(b, b->len ? ", " : "the index has no word like ");
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
    struct match_tree *any = group(p, TREE_OR);
    for (uint32_t i = 0; any && i < x->stems.count; i++) {
        const struct strtab_entry *e = &x->stems.entries[i];
        any = add(p, any,
                  term(p, text_prefix(n->title),
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
        rc == NH_OK ? plan_stems(p, n, &x, &sure) : fail(p, rc);
    if (any && x.words.count == 0)
        notice(p, n);
    if (any && p->plan->notice.failed) {
        match_tree_free(any);
        any = fail(p, error_nomem(p->err));
    }
    if (any && !keep_words(p, n, &x)) {
        match_tree_free(any);
        any = fail(p, error_nomem(p->err));
    }
    expansion_release(&x);
    if (!any || sure)
        return any && any->count ? settle(p, any) : any;
    rc = proximity_new(&check, &p->plan->state, n, p->plan->patterns, p->stems,
                       p->stemmer, p->err);
    if (rc == NH_OK)
        return checked(p, add(p, group(p, TREE_AND), settle(p, any)), check);
    match_tree_free(any);
    return fail(p, rc);
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
    struct match_tree *t = group(p, n->kind == QUERY_OR ? TREE_OR : TREE_AND);
    for (size_t i = 0; t && i < n->count; i++)
        t = add(p, t, candidates(p, n->children[i]));
    return settle(p, t);
}

static struct match_tree *plan_place(struct planner *p,
                                     const struct query_node *n)
{
    struct text_check *check;
    struct match_tree *all = add(p, group(p, TREE_AND), candidates(p, n));
    if (!all)
        return NULL;
    int rc = proximity_new(&check, &p->plan->state, n, p->plan->patterns,
                           p->stems, p->stemmer, p->err);
    if (rc == NH_OK)
        return checked(p, all, check);
    match_tree_free(all);
    return fail(p, rc);
}

/* ---- Operators. */

static bool loosens(const struct query_node *n)
{
    return n->plain && !n->required &&
           (n->kind == QUERY_WORD || n->kind == QUERY_PHRASE);
}

/* The plain words of an AND, any of which will do. */
static struct match_tree *plan_loosened(struct planner *p,
                                        const struct query_node *n)
{
    struct match_tree *any = group(p, TREE_OR);
    for (size_t i = 0; any && i < n->count; i++)
        if (loosens(n->children[i]))
            any = add(p, any, plan_node(p, n->children[i]));
    return settle(p, any);
}

static struct match_tree *plan_and(struct planner *p,
                                   const struct query_node *n)
{
    struct match_tree *yes = group(p, TREE_AND), *no = group(p, TREE_OR);
    size_t loose = 0;
    for (size_t i = 0; i < n->count; i++)
        loose += loosens(n->children[i]);
    if (loose > 1)
        p->plan->can_loosen = true;
    bool loosen = p->any && loose > 1;
    if (loosen)
        yes = add(p, yes, plan_loosened(p, n));
    for (size_t i = 0; yes && no && i < n->count; i++) {
        const struct query_node *child = n->children[i];
        if (child->kind == QUERY_NOT)
            no = add(p, no, plan_node(p, child->children[0]));
        else if (!loosen || !loosens(child))
            yes = add(p, yes, plan_node(p, child));
    }
    if (yes && no && no->count > 0)
        return without(p, settle(p, yes), settle(p, no));
    bool good = no != NULL;
    match_tree_free(no);
    if (good)
        return settle(p, yes);
    match_tree_free(yes);
    return NULL;
}

static struct match_tree *plan_or(struct planner *p, const struct query_node *n)
{
    struct match_tree *any = group(p, TREE_OR);
    for (size_t i = 0; any && i < n->count; i++)
        any = add(p, any, plan_node(p, n->children[i]));
    return settle(p, any);
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
        return without(p, everything(p), plan_node(p, n->children[0]));
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
    return fail(p, error_set(p->err, NH_EINTERNAL, "unknown part of a query"));
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
