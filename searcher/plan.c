/* Owns the planning of queries.
 * Promises that the planned query finds exactly what the tree says: terms give
 * the candidates, checks on the stream decide what terms cannot. */
#include "searcher/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/date.h"

/* What a node becomes: a tree of words, as long as there are only words, or a
 * query for Xapian. One of them is NULL. */
struct piece {
    struct ranked_tree *words;
    xw_query *query;
};

/* A list of pieces that are combined and then freed. */
struct parts {
    struct piece *items;
    size_t count, cap;
};

struct planner {
    struct plan *plan;
    struct stemmer *stemmer;
    bool any;
    bool scored;   /* scores are wanted */
    bool has_text; /* words rank, filters only filter */
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
                     enum place place, struct piece *out);

/* ---- Combining. */

static void piece_release(struct piece *piece)
{
    ranked_tree_free(piece->words);
    xw_query_free(piece->query);
    *piece = (struct piece){NULL, NULL};
}

static void parts_release(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        piece_release(&parts->items[i]);
    free(parts->items);
    *parts = (struct parts){NULL, 0, 0};
}

/* Takes the piece over, also on failure. */
static int parts_add(struct planner *p, struct parts *parts, struct piece piece)
{
    if (parts->count == parts->cap) {
        struct piece *items =
            array_grow(parts->items, &parts->cap, sizeof *items);
        if (!items) {
            piece_release(&piece);
            return error_nomem(p->err);
        }
        parts->items = items;
    }
    parts->items[parts->count++] = piece;
    return NH_OK;
}

static int parts_add_query(struct planner *p, struct parts *parts, xw_query *q)
{
    return parts_add(p, parts, (struct piece){NULL, q});
}

/* Makes the piece a query for Xapian. */
static int piece_settle(struct planner *p, struct piece *piece,
                        enum place place)
{
    struct ranked_query *q;
    struct plan *plan = p->plan;
    if (!piece->words)
        return NH_OK;
    int rc = ranked_query_new(&q, piece->words, p->scored && place != PLACE_NOT,
                              place == PLACE_MUST, &plan->scope, p->err);
    piece->words = NULL;
    if (rc != NH_OK)
        return rc;
    q->next = plan->lists;
    plan->lists = q;
    return ranked_query_xapian(q, &piece->query, p->err);
}

/* Makes one tree of the pieces that are trees, in the place of the first. */
static int join_words(struct planner *p, struct parts *parts, enum xw_op op)
{
    struct piece *first = NULL;
    size_t left = 0;
    for (size_t i = 0; i < parts->count; i++) {
        struct piece *piece = &parts->items[i];
        if (!piece->words || !first) {
            parts->items[left++] = *piece;
            if (piece->words)
                first = &parts->items[left - 1];
            continue;
        }
        struct ranked_tree *joined = first->words;
        enum ranked_op wanted = op == XW_AND ? RANKED_AND : RANKED_OR;
        if (joined->op != wanted) {
            joined = ranked_tree_op(wanted);
            if (joined && !ranked_tree_add(joined, first->words)) {
                ranked_tree_free(joined);
                joined = NULL;
            }
            first->words = joined;
        }
        if (!joined || !ranked_tree_add(joined, piece->words)) {
            piece->words = NULL;
            return error_nomem(p->err);
        }
        piece->words = NULL;
    }
    parts->count = left;
    return NH_OK;
}

/* All parts as one piece under AND or OR; none: every article. Releases the
 * parts. */
static int parts_join(struct planner *p, struct parts *parts, enum xw_op op,
                      enum place place, struct piece *out)
{
    xw_query **queries = NULL;
    *out = (struct piece){NULL, NULL};
    int rc = join_words(p, parts, op);
    if (rc == NH_OK && parts->count == 0) {
        rc = xw_query_all(&out->query, p->err);
    } else if (rc == NH_OK && parts->count == 1) {
        *out = parts->items[0];
        parts->count = 0;
    } else if (rc == NH_OK) {
        queries = calloc(parts->count, sizeof(xw_query *));
        if (!queries)
            rc = error_nomem(p->err);
        for (size_t i = 0; rc == NH_OK && i < parts->count; i++) {
            rc = piece_settle(p, &parts->items[i], place);
            queries[i] = parts->items[i].query;
        }
        if (rc == NH_OK)
            rc = xw_query_combine(&out->query, op, queries, parts->count,
                                  p->err);
    }
    free(queries);
    parts_release(parts);
    return rc;
}

/* What `a` finds without what `b` finds; takes both over. */
static int without(struct planner *p, struct piece *a, struct piece *b,
                   enum place place, struct piece *out)
{
    *out = (struct piece){NULL, NULL};
    int rc = piece_settle(p, a, place);
    if (rc == NH_OK)
        rc = piece_settle(p, b, PLACE_NOT);
    xw_query *both[2] = {a->query, b->query};
    if (rc == NH_OK)
        rc = xw_query_combine(&out->query, XW_AND_NOT, both, 2, p->err);
    piece_release(a);
    piece_release(b);
    return rc;
}

/* Adds a term of Xapian's tables; one that does not weigh is a filter. */
static int add_term(struct planner *p, struct parts *parts, const char *prefix,
                    struct slice value, bool weighs)
{
    const xw_db *db = p->plan->scope.snapshot->db;
    xw_query *q;
    schema_term(&p->term, prefix, value);
    if (p->term.failed)
        return error_nomem(p->err);
    int rc = weighs
                 ? xw_query_term(&q, p->term.data, p->term.len, p->err)
                 : xw_query_filter(&q, db, p->term.data, p->term.len, p->err);
    return rc == NH_OK ? parts_add_query(p, parts, q) : rc;
}

static int add_filter(struct planner *p, struct parts *parts,
                      const char *prefix, struct slice value)
{
    return add_term(p, parts, prefix, value, false);
}

/* ---- Words and phrases. */

static const char *text_prefix(bool title)
{
    return title ? schema_fields[FIELD_TITLE].prefix : "";
}

/* Adds a term of words. */
static int add_word(struct planner *p, struct parts *parts, bool title,
                    struct slice stem)
{
    struct word_postings *w;
    struct plan *plan = p->plan;
    schema_term(&p->term, text_prefix(title), stem);
    if (p->term.failed)
        return error_nomem(p->err);
    int rc =
        word_postings_new(&w, plan->scope.snapshot,
                          (struct slice){p->term.data, p->term.len}, p->err);
    if (rc != NH_OK)
        return rc;
    w->next = plan->words;
    plan->words = w;
    struct piece piece = {ranked_tree_word(w), NULL};
    return piece.words ? parts_add(p, parts, piece) : error_nomem(p->err);
}

static int plan_word(struct planner *p, const struct query_node *n,
                     enum place place, struct piece *out)
{
    struct parts parts = {NULL, 0, 0};
    int rc = add_word(p, &parts, n->title,
                      stemmer_stem(p->stemmer, n->words[0].text));
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_AND, place, out);
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
                        struct parts *parts)
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
            rc = add_word(p, parts, n->title,
                          (struct slice){p->scratch.data, p->scratch.len});
        }
        bool covered = n->words[i].cjk && (before || after);
        if (covered || is_lone_s(n, i) || seen_before(n, i) || rc != NH_OK)
            continue;
        rc = add_word(p, parts, n->title, stemmer_stem(p->stemmer, word));
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
                       enum place place, struct piece *out)
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
    rc = phrase_terms(p, n, &parts);
    if (rc == NH_OK && place != PLACE_MUST && parts.count == 0) {
        rc = xw_query_all(&q, p->err);
        if (rc == NH_OK)
            rc = parts_add_query(p, &parts, q);
    }
    if (rc == NH_OK && place != PLACE_MUST) {
        rc = xw_query_check(&q, phrase_check_match, check, p->err);
        if (rc == NH_OK)
            rc = parts_add_query(p, &parts, q);
    }
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_AND, place, out);
    parts_release(&parts);
    return rc;
}

/* ---- Filters. */

/* The words of a folded name. */
static int name_words(struct planner *p, const struct field_def *def,
                      struct slice name, bool weigh, struct parts *parts)
{
    int rc = NH_OK;
    while (rc == NH_OK && name.len) {
        const char *space = memchr(name.data, ' ', name.len);
        size_t len = space ? (size_t)(space - name.data) : name.len;
        rc = add_term(p, parts, def->word_prefix,
                      (struct slice){name.data, len}, weigh);
        name.data += len + (space != NULL);
        name.len -= len + (space != NULL);
    }
    return rc;
}

static int plan_filter(struct planner *p, const struct query_node *n,
                       enum place place, struct piece *out)
{
    const struct field_def *def = &schema_fields[n->field];
    struct parts parts = {NULL, 0, 0};
    /* Without words in the query, mentions rank. */
    bool weigh = def->entity && !p->has_text && p->scored && place != PLACE_NOT;
    bool name = def->kind == FIELD_KIND_NAME;
    int rc = NH_OK;
    if (name && (!n->whole || weigh))
        rc = name_words(p, def, n->value, weigh, &parts);
    if (rc == NH_OK && n->whole)
        rc = add_filter(p, &parts, def->prefix, n->value);
    if (rc != NH_OK) {
        parts_release(&parts);
        return rc;
    }
    if (weigh)
        p->plan->ranked = true;
    return parts_join(p, &parts, XW_AND, place, out);
}

static int add_date_term(struct planner *p, struct parts *parts, char letter,
                         int64_t value, int digits)
{
    char prefix[2] = {letter, '\0'}, text[16];
    snprintf(text, sizeof text, "%0*lld", digits, (long long)value);
    return add_filter(p, parts, prefix, slice_of(text));
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
                     enum place place, struct piece *out)
{
    struct parts parts = {NULL, 0, 0};
    int64_t first = n->first, last = n->last;
    int rc = date_limits(p, &first, &last);
    if (rc == NH_OK)
        rc = date_terms(p, first, last, &parts);
    if (rc == NH_OK && parts.count == 0) /* no such days in the index */
        rc = add_filter(p, &parts, "D", slice_of("00000000"));
    if (rc != NH_OK) {
        parts_release(&parts);
        return rc;
    }
    return parts_join(p, &parts, XW_OR, place, out);
}

static int plan_has(struct planner *p, const struct query_node *n,
                    enum place place, struct piece *out)
{
    struct parts parts = {NULL, 0, 0};
    int rc = NH_OK;
    if (n->field != FIELD_ID)
        rc = add_filter(p, &parts, SCHEMA_HAS_PREFIX,
                        slice_of(schema_fields[n->field].name));
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_AND, place, out);
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
    struct piece piece;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->count; i++) {
        if (!loosens(n->children[i]))
            continue;
        rc = plan_node(p, n->children[i], PLACE_MAY, &piece);
        if (rc == NH_OK)
            rc = parts_add(p, &words, piece);
    }
    if (rc != NH_OK) {
        parts_release(&words);
        return rc;
    }
    rc = parts_join(p, &words, XW_OR, PLACE_MAY, &piece);
    return rc == NH_OK ? parts_add(p, positive, piece) : rc;
}

/* Plans the children of an AND that stay as they are. */
static int plan_children(struct planner *p, const struct query_node *n,
                         enum place place, bool loosen, struct parts *yes,
                         struct parts *no)
{
    struct piece piece;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->count; i++) {
        const struct query_node *child = n->children[i];
        bool negative = child->kind == QUERY_NOT;
        if (loosen && loosens(child))
            continue;
        rc = negative ? plan_node(p, child->children[0], PLACE_NOT, &piece)
                      : plan_node(p, child, place, &piece);
        if (rc == NH_OK)
            rc = parts_add(p, negative ? no : yes, piece);
    }
    return rc;
}

static int plan_and(struct planner *p, const struct query_node *n,
                    enum place place, struct piece *out)
{
    struct parts yes = {NULL, 0, 0}, no = {NULL, 0, 0};
    struct piece wanted, excluded;
    size_t loose = 0;
    int rc = NH_OK;
    for (size_t i = 0; i < n->count; i++)
        loose += loosens(n->children[i]);
    if (loose > 1)
        p->plan->can_loosen = true;
    bool loosen = p->any && loose > 1;
    if (loosen)
        rc = plan_loosened(p, n, &yes);
    if (rc == NH_OK)
        rc = plan_children(p, n, place, loosen, &yes, &no);
    bool negatives = no.count > 0;
    if (rc == NH_OK)
        rc = parts_join(p, &yes, XW_AND, place, &wanted);
    if (rc == NH_OK && !negatives) {
        *out = wanted;
    } else if (rc == NH_OK) {
        rc = parts_join(p, &no, XW_OR, PLACE_NOT, &excluded);
        if (rc == NH_OK)
            rc = without(p, &wanted, &excluded, place, out);
        else
            piece_release(&wanted);
    }
    parts_release(&yes);
    parts_release(&no);
    return rc;
}

static int plan_or(struct planner *p, const struct query_node *n,
                   enum place place, struct piece *out)
{
    const enum place inner = place == PLACE_NOT ? PLACE_NOT : PLACE_MAY;
    struct parts parts = {NULL, 0, 0};
    struct piece piece;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->count; i++) {
        rc = plan_node(p, n->children[i], inner, &piece);
        if (rc == NH_OK)
            rc = parts_add(p, &parts, piece);
    }
    if (rc == NH_OK)
        return parts_join(p, &parts, XW_OR, inner, out);
    parts_release(&parts);
    return rc;
}

/* A negation by itself: all articles but those. */
static int plan_not(struct planner *p, const struct query_node *n,
                    struct piece *out)
{
    struct piece all = {NULL, NULL}, excluded;
    int rc = plan_node(p, n->children[0], PLACE_NOT, &excluded);
    if (rc != NH_OK)
        return rc;
    rc = xw_query_all(&all.query, p->err);
    if (rc == NH_OK)
        return without(p, &all, &excluded, PLACE_MUST, out);
    piece_release(&excluded);
    return rc;
}

static int plan_node(struct planner *p, const struct query_node *n,
                     enum place place, struct piece *out)
{
    *out = (struct piece){NULL, NULL};
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
        return plan_has(p, n, place, out);
    case QUERY_DATE:
        return plan_date(p, n, place, out);
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

/* If only one list gives weight, what the matcher asks of it is what it asks of
 * the article. */
static void mark_alone(struct plan *plan)
{
    size_t scored = 0;
    for (struct ranked_query *l = plan->lists; l; l = l->next)
        scored += l->scored;
    for (struct ranked_query *l = plan->lists; l; l = l->next)
        l->alone = l->scored && scored == 1;
}

int plan_make(struct plan *plan, const struct query *q,
              const struct snapshot *snapshot, struct stemmer *stemmer,
              unsigned flags, struct nh_error *err)
{
    struct planner p;
    struct piece piece;
    memset(plan, 0, sizeof *plan);
    memset(&p, 0, sizeof p);
    p.plan = plan;
    p.stemmer = stemmer;
    p.any = (flags & PLAN_ANY) != 0;
    p.scored = (flags & PLAN_UNSCORED) == 0;
    p.err = err;
    p.has_text = plan->ranked = has_text(q->root);
    plan->scope.snapshot = snapshot;
    plan->scope.first = 1;
    plan->scope.last = UINT32_MAX;
    plan->state.snapshot = snapshot;
    plan->decision.state = &plan->state;
    plan->decision.tombstones = snapshot->dead > 0;
    int rc = plan_node(&p, q->root, PLACE_MUST, &piece);
    bool words = rc == NH_OK && piece.words;
    if (rc == NH_OK)
        rc = piece_settle(&p, &piece, PLACE_MUST);
    plan->query = piece.query;
    plan->decide = plan->decision.tombstones || plan->decision.checks;
    if (words && !plan->decide)
        plan->whole = plan->lists;
    mark_alone(plan);
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
    ranked_query_free(plan->lists);
    word_postings_free(plan->words);
    memset(plan, 0, sizeof *plan);
}
