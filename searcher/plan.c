/* Owns the planning of queries.
 * Promises that the planned query finds exactly what the tree says: terms give
 * the candidates, checks on the stream decide what terms cannot. */
#include "searcher/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/date.h"

/* A list of queries that are combined and then freed. */
struct parts {
    xw_query **items;
    size_t count, cap;
};

struct planner {
    struct plan *plan;
    struct stemmer *stemmer;
    bool any;
    bool has_text;      /* words rank, filters only filter */
    struct parts title; /* terms for the title boost */
    struct buf term, scratch;
    struct nh_error *err;
};

/* Where a node stands. */
enum place {
    PLACE_MUST, /* every match has it: a phrase can be checked lazily */
    PLACE_MAY,  /* under OR */
    PLACE_NOT   /* under NOT: no weights */
};

static int plan_node(struct planner *p, const struct query_node *n,
                     enum place place, xw_query **out);

/* ---- Combining. */

static void parts_release(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        xw_query_free(parts->items[i]);
    free(parts->items);
    *parts = (struct parts){NULL, 0, 0};
}

/* Takes the query over, also on failure. */
static int parts_add(struct planner *p, struct parts *parts, xw_query *q)
{
    if (parts->count == parts->cap) {
        xw_query **items = array_grow(parts->items, &parts->cap, sizeof *items);
        if (!items) {
            xw_query_free(q);
            return error_nomem(p->err);
        }
        parts->items = items;
    }
    parts->items[parts->count++] = q;
    return NH_OK;
}

/* All parts as one query; none: every article. Releases the parts. */
static int parts_join(struct planner *p, struct parts *parts, enum xw_op op,
                      xw_query **out)
{
    int rc;
    if (parts->count == 0) {
        rc = xw_query_all(out, p->err);
    } else if (parts->count == 1) {
        *out = parts->items[0];
        parts->count = 0;
        rc = NH_OK;
    } else {
        rc = xw_query_combine(out, op, parts->items, parts->count, p->err);
    }
    parts_release(parts);
    return rc;
}

/* Multiplies the weights of *q. */
static int scale(struct planner *p, xw_query **q, double factor)
{
    xw_query *scaled;
    int rc = xw_query_scale(&scaled, *q, factor, p->err);
    xw_query_free(*q);
    *q = rc == NH_OK ? scaled : NULL;
    return rc;
}

static int combine_two(struct planner *p, enum xw_op op, xw_query *a,
                       xw_query *b, xw_query **out)
{
    xw_query *both[2] = {a, b};
    int rc = xw_query_combine(out, op, both, 2, p->err);
    xw_query_free(a);
    xw_query_free(b);
    return rc;
}

static int add_term(struct planner *p, struct parts *parts, const char *prefix,
                    struct slice value)
{
    xw_query *q;
    schema_term(&p->term, prefix, value);
    if (p->term.failed)
        return error_nomem(p->err);
    int rc = xw_query_term(&q, p->term.data, p->term.len, p->err);
    return rc == NH_OK ? parts_add(p, parts, q) : rc;
}

/* The same as a filter. */
static int add_filter(struct planner *p, struct parts *parts,
                      const char *prefix, struct slice value)
{
    int rc = add_term(p, parts, prefix, value);
    if (rc != NH_OK)
        return rc;
    rc = scale(p, &parts->items[parts->count - 1], 0);
    if (rc != NH_OK)
        parts->count--;
    return rc;
}

/* ---- Words and phrases. */

static const char *text_prefix(bool title)
{
    return title ? schema_fields[FIELD_TITLE].prefix : "";
}

static int add_stem(struct planner *p, struct parts *parts, struct slice word,
                    bool title)
{
    return add_term(p, parts, text_prefix(title),
                    stemmer_stem(p->stemmer, word));
}

static int plan_word(struct planner *p, const struct query_node *n,
                     enum place place, xw_query **out)
{
    struct parts parts = {NULL, 0, 0};
    struct slice word = n->words[0].text;
    int rc = add_stem(p, &parts, word, n->title);
    if (rc == NH_OK && !n->title && place != PLACE_NOT)
        rc = add_stem(p, &p->title, word, true);
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_AND, out);
    parts_release(&parts);
    return rc;
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

/* Terms that every article with the phrase has. */
static int phrase_terms(struct planner *p, const struct query_node *n,
                        enum place place, struct parts *parts)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->word_count; i++) {
        struct slice word = n->words[i].text;
        bool before = i > 0 && n->words[i - 1].cjk;
        bool after = i + 1 < n->word_count && n->words[i + 1].cjk;
        if (n->words[i].cjk && before) {
            struct slice last = n->words[i - 1].text;
            buf_reset(&p->scratch);
            buf_append(&p->scratch, last.data, last.len);
            buf_append(&p->scratch, word.data, word.len);
            rc = add_term(p, parts, text_prefix(n->title),
                          (struct slice){p->scratch.data, p->scratch.len});
        }
        bool covered = n->words[i].cjk && (before || after);
        if (covered || is_lone_s(n, i) || seen_before(n, i) || rc != NH_OK)
            continue;
        rc = add_stem(p, parts, word, n->title);
        if (rc == NH_OK && !n->title && place != PLACE_NOT)
            rc = add_stem(p, &p->title, word, true);
    }
    for (size_t i = 1; rc == NH_OK && i < n->word_count; i++) {
        struct slice a = n->words[i - 1].text, b = n->words[i].text;
        if (!analysis_pairs(a, b))
            continue;
        buf_reset(&p->scratch);
        buf_append(&p->scratch, a.data, a.len);
        buf_append_byte(&p->scratch, ' ');
        buf_append(&p->scratch, b.data, b.len);
        rc = add_filter(p, parts, SCHEMA_PAIR_PREFIX,
                        (struct slice){p->scratch.data, p->scratch.len});
    }
    return rc;
}

static int make_check(struct planner *p, const struct query_node *n,
                      struct phrase_check **out)
{
    struct slice *words = calloc(n->word_count, sizeof *words);
    if (!words)
        return error_nomem(p->err);
    for (size_t i = 0; i < n->word_count; i++)
        words[i] = n->words[i].text;
    int rc = phrase_check_new(out, &p->plan->state, words, n->word_count,
                              n->title ? SCOPE_TITLE : SCOPE_ANY, p->err);
    free(words);
    if (rc == NH_EQUERY && p->err) {
        p->err->offset = n->offset;
        p->err->length = n->length;
    }
    return rc;
}

static int plan_phrase(struct planner *p, const struct query_node *n,
                       enum place place, xw_query **out)
{
    struct parts parts = {NULL, 0, 0};
    struct phrase_check *check;
    xw_query *q;
    int rc = make_check(p, n, &check);
    if (rc != NH_OK)
        return rc;
    struct phrase_check **list =
        place == PLACE_MUST ? &p->plan->decision.checks : &p->plan->inner;
    check->next = *list;
    *list = check;
    rc = phrase_terms(p, n, place, &parts);
    if (rc == NH_OK && place != PLACE_MUST && parts.count == 0) {
        rc = xw_query_all(&q, p->err);
        if (rc == NH_OK)
            rc = parts_add(p, &parts, q);
    }
    if (rc == NH_OK && place != PLACE_MUST) {
        rc = xw_query_check(&q, phrase_check_match, check, p->err);
        if (rc == NH_OK)
            rc = parts_add(p, &parts, q);
    }
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_AND, out);
    parts_release(&parts);
    return rc;
}

/* ---- Filters. */

/* The words of a folded name. */
static int name_words(struct planner *p, const struct field_def *def,
                      struct slice name, struct parts *parts)
{
    int rc = NH_OK;
    while (rc == NH_OK && name.len) {
        const char *space = memchr(name.data, ' ', name.len);
        size_t len = space ? (size_t)(space - name.data) : name.len;
        rc = add_term(p, parts, def->word_prefix,
                      (struct slice){name.data, len});
        name.data += len + (space != NULL);
        name.len -= len + (space != NULL);
    }
    return rc;
}

static int plan_filter(struct planner *p, const struct query_node *n,
                       enum place place, xw_query **out)
{
    const struct field_def *def = &schema_fields[n->field];
    struct parts parts = {NULL, 0, 0};
    /* Without words in the query, mentions rank. */
    bool weigh = def->entity && !p->has_text && place != PLACE_NOT;
    bool name = def->kind == FIELD_KIND_NAME;
    int rc = NH_OK;
    if (name && (!n->whole || weigh))
        rc = name_words(p, def, n->value, &parts);
    if (rc == NH_OK && n->whole)
        rc = add_filter(p, &parts, def->prefix, n->value);
    if (rc != NH_OK) {
        parts_release(&parts);
        return rc;
    }
    rc = parts_join(p, &parts, XW_AND, out);
    if (weigh)
        p->plan->ranked = true;
    return rc == NH_OK && !weigh ? scale(p, out, 0) : rc;
}

static int add_date_term(struct planner *p, struct parts *parts, char letter,
                         int64_t value, int digits)
{
    char prefix[2] = {letter, '\0'}, text[16];
    snprintf(text, sizeof text, "%0*lld", digits, (long long)value);
    return add_term(p, parts, prefix, slice_of(text));
}

/* Adds terms for the days first..last: whole years, else whole months, else
 * days. */
static int date_terms(struct planner *p, int64_t first, int64_t last,
                      struct parts *parts)
{
    int rc = NH_OK;
    while (rc == NH_OK && first <= last) {
        struct date_civil c = date_civil_of(first);
        int64_t year_end = date_days((struct date_civil){c.year, 12, 31});
        int64_t month_end = first - c.day + date_month_length(c.year, c.month);
        if (c.day == 1 && c.month == 1 && year_end <= last) {
            rc = add_date_term(p, parts, 'Y', c.year, 4);
            first = year_end + 1;
        } else if (c.day == 1 && month_end <= last) {
            rc = add_date_term(p, parts, 'M', c.year * 100 + c.month, 6);
            first = month_end + 1;
        } else {
            rc = add_date_term(p, parts, 'D',
                               (c.year * 100 + c.month) * 100 + c.day, 8);
            first++;
        }
    }
    return rc;
}

/* The first and last year that any article has, so that open ranges end. */
static int date_limits(struct planner *p, int64_t *first, int64_t *last)
{
    xw_terms *years;
    const char *term;
    size_t len;
    uint32_t freq;
    int low = 0, high = 0, more;
    int rc = xw_terms_open(&years, p->plan->state.snapshot->db, "Y", 1, p->err);
    if (rc != NH_OK)
        return rc;
    while ((more = xw_terms_next(years, &term, &len, &freq, p->err)) == 1) {
        char digits[5] = {0};
        if (len != 5)
            continue;
        memcpy(digits, term + 1, 4);
        int year = atoi(digits);
        low = low ? low : year;
        high = year;
    }
    xw_terms_free(years);
    if (more < 0)
        return more;
    int64_t from = date_days((struct date_civil){low ? low : 1, 1, 1});
    int64_t to = date_days((struct date_civil){high ? high : 1, 12, 31});
    if (*first < from)
        *first = from;
    if (*last > to)
        *last = to;
    return NH_OK;
}

static int plan_date(struct planner *p, const struct query_node *n,
                     xw_query **out)
{
    struct parts parts = {NULL, 0, 0};
    int64_t first = n->first, last = n->last;
    int rc = date_limits(p, &first, &last);
    if (rc == NH_OK)
        rc = date_terms(p, first, last, &parts);
    if (rc == NH_OK && parts.count == 0) /* no such days in the index */
        rc = add_term(p, &parts, "D", slice_of("00000000"));
    if (rc != NH_OK) {
        parts_release(&parts);
        return rc;
    }
    rc = parts_join(p, &parts, XW_OR, out);
    return rc == NH_OK ? scale(p, out, 0) : rc;
}

static int plan_has(struct planner *p, const struct query_node *n,
                    xw_query **out)
{
    struct parts parts = {NULL, 0, 0};
    int rc = NH_OK;
    if (n->field != FIELD_ID)
        rc = add_filter(p, &parts, SCHEMA_HAS_PREFIX,
                        slice_of(schema_fields[n->field].name));
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_AND, out);
    parts_release(&parts);
    return rc;
}

/* ---- Operators. */

static bool loosens(const struct query_node *n)
{
    return n->plain && !n->required &&
           (n->kind == QUERY_WORD || n->kind == QUERY_PHRASE);
}

/* The plain words of an AND as an OR, where any of them will do. */
static int plan_loosened(struct planner *p, const struct query_node *n,
                         struct parts *positive)
{
    struct parts words = {NULL, 0, 0};
    xw_query *q;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->count; i++) {
        if (!loosens(n->children[i]))
            continue;
        rc = plan_node(p, n->children[i], PLACE_MAY, &q);
        if (rc == NH_OK)
            rc = parts_add(p, &words, q);
    }
    if (rc != NH_OK) {
        parts_release(&words);
        return rc;
    }
    rc = parts_join(p, &words, XW_OR, &q);
    return rc == NH_OK ? parts_add(p, positive, q) : rc;
}

static int plan_and(struct planner *p, const struct query_node *n,
                    enum place place, xw_query **out)
{
    struct parts yes = {NULL, 0, 0}, no = {NULL, 0, 0};
    size_t loose = 0;
    xw_query *q = NULL, *excluded = NULL;
    int rc = NH_OK;
    for (size_t i = 0; i < n->count; i++)
        loose += loosens(n->children[i]);
    if (loose > 1)
        p->plan->can_loosen = true;
    bool loosen = p->any && loose > 1;
    if (loosen)
        rc = plan_loosened(p, n, &yes);
    for (size_t i = 0; rc == NH_OK && i < n->count; i++) {
        const struct query_node *child = n->children[i];
        bool negative = child->kind == QUERY_NOT;
        if (loosen && loosens(child))
            continue;
        rc = negative ? plan_node(p, child->children[0], PLACE_NOT, &q)
                      : plan_node(p, child, place, &q);
        if (rc == NH_OK)
            rc = parts_add(p, negative ? &no : &yes, q);
    }
    bool negatives = no.count > 0;
    if (rc == NH_OK)
        rc = parts_join(p, &yes, XW_AND, &q);
    if (rc == NH_OK && negatives) {
        rc = parts_join(p, &no, XW_OR, &excluded);
        if (rc == NH_OK)
            rc = combine_two(p, XW_AND_NOT, q, excluded, &q);
        else
            xw_query_free(q);
    }
    parts_release(&yes);
    parts_release(&no);
    *out = rc == NH_OK ? q : NULL;
    return rc;
}

static int plan_or(struct planner *p, const struct query_node *n,
                   enum place place, xw_query **out)
{
    struct parts parts = {NULL, 0, 0};
    xw_query *q;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->count; i++) {
        rc = plan_node(p, n->children[i],
                       place == PLACE_NOT ? PLACE_NOT : PLACE_MAY, &q);
        if (rc == NH_OK)
            rc = parts_add(p, &parts, q);
    }
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_OR, out);
    parts_release(&parts);
    return rc;
}

/* A negation by itself: all articles but those. */
static int plan_not(struct planner *p, const struct query_node *n,
                    xw_query **out)
{
    xw_query *all, *excluded;
    int rc = plan_node(p, n->children[0], PLACE_NOT, &excluded);
    if (rc != NH_OK)
        return rc;
    rc = xw_query_all(&all, p->err);
    if (rc != NH_OK) {
        xw_query_free(excluded);
        return rc;
    }
    return combine_two(p, XW_AND_NOT, all, excluded, out);
}

static int plan_node(struct planner *p, const struct query_node *n,
                     enum place place, xw_query **out)
{
    *out = NULL;
    switch (n->kind) {
    case QUERY_AND:
        return plan_and(p, n, place, out);
    case QUERY_OR:
        return plan_or(p, n, place, out);
    case QUERY_NOT:
        return plan_not(p, n, out);
    case QUERY_WORD:
        return plan_word(p, n, place, out);
    case QUERY_PHRASE:
        return plan_phrase(p, n, place, out);
    case QUERY_FILTER:
        return plan_filter(p, n, place, out);
    case QUERY_HAS:
        return plan_has(p, n, out);
    case QUERY_DATE:
        return plan_date(p, n, out);
    }
    return error_set(p->err, NH_EINTERNAL, "unknown part of a query");
}

/* Whether the tree has words that an article should have. */
static bool has_text(const struct query_node *n)
{
    if (n->kind == QUERY_WORD || n->kind == QUERY_PHRASE)
        return true;
    if (n->kind == QUERY_NOT)
        return false;
    for (size_t i = 0; i < n->count; i++)
        if (has_text(n->children[i]))
            return true;
    return false;
}

static int boost_titles(struct planner *p)
{
    xw_query *boost;
    if (p->title.count == 0)
        return NH_OK;
    int rc = parts_join(p, &p->title, XW_OR, &boost);
    if (rc == NH_OK)
        rc = scale(p, &boost, PLAN_TITLE_BOOST);
    if (rc != NH_OK)
        return rc;
    return combine_two(p, XW_AND_MAYBE, p->plan->query, boost, &p->plan->query);
}

int plan_make(struct plan *plan, const struct query *q,
              const struct snapshot *snapshot, struct stemmer *stemmer,
              bool any, struct nh_error *err)
{
    struct planner p;
    memset(plan, 0, sizeof *plan);
    memset(&p, 0, sizeof p);
    p.plan = plan;
    p.stemmer = stemmer;
    p.any = any;
    p.err = err;
    p.has_text = plan->ranked = has_text(q->root);
    plan->state.snapshot = snapshot;
    plan->decision.state = &plan->state;
    plan->decision.tombstones = snapshot->dead > 0;
    int rc = plan_node(&p, q->root, PLACE_MUST, &plan->query);
    if (rc == NH_OK)
        rc = boost_titles(&p);
    plan->decide = plan->decision.tombstones || plan->decision.checks;
    parts_release(&p.title);
    buf_release(&p.term);
    buf_release(&p.scratch);
    if (rc != NH_OK)
        plan_release(plan);
    return rc;
}

static void free_checks(struct phrase_check *list)
{
    while (list) {
        struct phrase_check *next = list->next;
        phrase_check_free(list);
        list = next;
    }
}

void plan_release(struct plan *plan)
{
    if (!plan)
        return;
    xw_query_free(plan->query);
    free_checks(plan->decision.checks);
    free_checks(plan->inner);
    memset(plan, 0, sizeof *plan);
}
