/* Owns the grammar of queries.
 * Promises a tree that says all that was typed, or an error at its place.
 *
 *   query  = all { "OR" all }
 *   all    = item { [ "AND" ] item }
 *   item   = { "NOT" | "-" | "+" } place
 *   place  = primary { ( "NEAR" | "ONEAR" ) [ "/" NUMBER ] primary }
 *   primary = "(" query ")" [ "/s" | "/p" ] | FIELD value | QUOTED | WORD
 *   value  = "(" query ")" [ "/s" | "/p" ] | QUOTED | WORD
 *
 * A value has the field for all of it.
 */
#include "searcher/query.h"

#include <stdlib.h>
#include <string.h>

#include "common/analysis.h"
#include "common/date.h"
#include "searcher/pattern.h"

#define NO_FIELD FIELD_COUNT

struct parser {
    struct query *q;
    struct query_lexer lexer;
    struct query_token token; /* the next one */
    int64_t today;
    int depth;
    enum field field; /* of the group we are in, or NO_FIELD */
    struct nh_error *err;
};

/* A growing list of children; the array moves to the arena at the end. */
struct node_list {
    struct query_node **items;
    size_t count, cap;
};

static int parse_query(struct parser *p, struct query_node **out);

static int advance(struct parser *p)
{
    return query_lex(&p->lexer, &p->token, p->err);
}

static struct query_node *new_node(struct parser *p, enum query_kind kind,
                                   const struct query_token *at)
{
    if (++p->q->nodes > QUERY_NODES_MAX) {
        query_error(p->err, NH_EQUERY, at->offset, at->length,
                    "the query has more than %d parts", QUERY_NODES_MAX);
        return NULL;
    }
    struct query_node *n = arena_alloc(&p->q->arena, sizeof *n);
    if (!n) {
        error_nomem(p->err);
        return NULL;
    }
    n->kind = kind;
    n->offset = at->offset;
    n->length = at->length;
    return n;
}

static int failed(const struct parser *p)
{
    return p->err && p->err->code ? p->err->code : NH_ENOMEM;
}

static bool push(struct node_list *list, struct query_node *n)
{
    if (list->count == list->cap) {
        struct query_node **items =
            array_grow(list->items, &list->cap, sizeof *items);
        if (!items)
            return false;
        list->items = items;
    }
    list->items[list->count++] = n;
    return true;
}

/* The list as one node; frees the list. An empty one gives NULL. */
static int join(struct parser *p, enum query_kind kind, struct node_list *list,
                const struct query_token *at, struct query_node **out)
{
    int rc = NH_OK;
    *out = list->count ? list->items[0] : NULL;
    if (list->count > 1) {
        struct query_node *n = new_node(p, kind, at);
        struct query_node **children =
            n ? arena_alloc(&p->q->arena, list->count * sizeof *children)
              : NULL;
        if (children) {
            memcpy(children, list->items, list->count * sizeof *children);
            n->children = children;
            n->count = list->count;
            n->length = p->token.offset - n->offset;
            *out = n;
        } else {
            rc = n ? error_nomem(p->err) : failed(p);
        }
    }
    free(list->items);
    return rc;
}

/* ---- Words. */

static void notice_ignored(struct parser *p, const struct query_token *t)
{
    struct buf *b = &p->q->notice;
    buf_append_str(b, b->len ? ", '" : "ignored, no word in it: '");
    buf_append(b, t->text.data, t->text.len);
    buf_append_byte(b, '\'');
}

static int add_word(struct parser *p, struct query_node *n, size_t *cap,
                    const struct word *w)
{
    if (n->word_count == *cap) {
        size_t more = *cap ? *cap * 2 : 4;
        struct query_word *words =
            arena_alloc(&p->q->arena, more * sizeof *words);
        if (!words)
            return error_nomem(p->err);
        if (n->word_count)
            memcpy(words, n->words, n->word_count * sizeof *words);
        n->words = words;
        *cap = more;
    }
    char *copy = arena_copy(&p->q->arena, w->folded.data, w->folded.len);
    if (!copy)
        return error_nomem(p->err);
    n->words[n->word_count++] =
        (struct query_word){{copy, w->folded.len}, (w->flags & WORD_CJK) != 0};
    return NH_OK;
}

/* Words or a phrase from text. One unquoted word is stemmed; what has
 * punctuation inside is the exact phrase of its parts. *out stays NULL where
 * there is no word. */
static int text_node(struct parser *p, const struct query_token *t,
                     struct query_node **out)
{
    struct word_scanner s;
    struct word w;
    bool possessive = false;
    size_t cap = 0;
    struct query_node *n = new_node(p, QUERY_PHRASE, t);
    int rc = n ? NH_OK : failed(p);
    *out = NULL;
    word_scanner_init(&s, t->text);
    while (rc == NH_OK && word_next(&s, &w)) {
        possessive = (w.flags & WORD_POSSESSIVE) != 0;
        rc = add_word(p, n, &cap, &w);
    }
    if (rc == NH_OK && s.scratch.failed)
        rc = error_nomem(p->err);
    word_scanner_release(&s);
    if (rc != NH_OK || n->word_count == 0)
        return rc;
    bool typed = t->kind == TOKEN_WORD && !t->exact;
    if (typed && possessive && n->word_count > 1)
        n->word_count--;
    if (typed && n->word_count == 1)
        n->kind = QUERY_WORD;
    n->plain = typed;
    n->title = p->field == FIELD_TITLE;
    *out = n;
    return NH_OK;
}

/* ---- Patterns. */

static int bad_pattern(struct parser *p, const struct query_token *t,
                       const char *why)
{
    query_error(p->err, NH_EQUERY, t->offset, t->length, "%s", why);
    return error_hint(p->err, NH_EQUERY,
                      "to search for the words alone, leave *, ? and ~ out");
}

/* Folds a piece of a pattern, which has to be a piece of one word. */
static int fold_piece(struct parser *p, const struct query_token *t,
                      struct slice piece, struct buf *out)
{
    struct word_scanner s;
    struct word w;
    bool whole = true, any = false;
    word_scanner_init(&s, piece);
    while (word_next(&s, &w)) {
        whole = whole && !any && w.start == 0 && w.end == piece.len &&
                !(w.flags & WORD_CJK);
        any = true;
        if (whole)
            buf_append(out, w.folded.data, w.folded.len);
    }
    bool failed = s.scratch.failed || out->failed;
    word_scanner_release(&s);
    if (failed)
        return error_nomem(p->err);
    return any && whole ? NH_OK
                        : bad_pattern(p, t,
                                      "wildcards and ~ are for one word of "
                                      "letters and digits");
}

/* A word with wildcards, or a fuzzy one. */
static int pattern_node(struct parser *p, const struct query_token *t,
                        struct query_node **out)
{
    struct buf folded = BUF_INIT;
    struct slice rest = t->text;
    size_t letters = 0;
    int rc = NH_OK;
    while (rc == NH_OK && rest.len > 0) {
        size_t n = 0;
        while (n < rest.len && !(t->wildcard && strchr("*?", rest.data[n])))
            n++;
        if (n == 0) {
            buf_append_byte(&folded, (uint8_t)*rest.data);
            n = 1;
        } else {
            rc = fold_piece(p, t, (struct slice){rest.data, n}, &folded);
            letters += n;
        }
        rest.data += n;
        rest.len -= n;
    }
    if (rc == NH_OK && letters == 0)
        rc = bad_pattern(p, t, "a letter or digit is missing");
    if (rc == NH_OK && folded.len > PATTERN_MAX)
        rc = bad_pattern(p, t, "this word is too long");
    struct query_node *n =
        rc == NH_OK ? new_node(p, t->wildcard ? QUERY_WILDCARD : QUERY_FUZZY, t)
                    : NULL;
    struct query_word *word =
        n ? arena_alloc(&p->q->arena, sizeof *word) : NULL;
    char *copy = word && !folded.failed
                     ? arena_copy(&p->q->arena, folded.data, folded.len)
                     : NULL;
    if (copy) {
        *word = (struct query_word){{copy, folded.len}, false};
        n->words = word;
        n->word_count = 1;
        n->title = p->field == FIELD_TITLE;
        n->distance = t->distance;
        *out = n;
    }
    buf_release(&folded);
    if (rc != NH_OK)
        return rc;
    return copy ? NH_OK : n ? error_nomem(p->err) : failed(p);
}

/* ---- Fields. */

static int bad_date(struct parser *p, const struct query_token *t)
{
    query_error(p->err, NH_EQUERY, t->offset, t->length,
                "'%.*s' is no date or period",
                (int)(t->text.len < 60 ? t->text.len : 60), t->text.data);
    return error_hint(p->err, NH_EQUERY,
                      "2024, 2024-05, 2024-05-17, 2024-05-01..2024-05-"
                      "17, 2024.., last-week, 30d");
}

static int parse_range(struct parser *p, const struct query_token *t,
                       int64_t *first, int64_t *last)
{
    int64_t other;
    size_t dots = 0;
    struct slice s = t->text;
    while (dots + 1 < s.len && memcmp(s.data + dots, "..", 2) != 0)
        dots++;
    *first = INT64_MIN;
    *last = INT64_MAX;
    if (dots + 1 >= s.len)
        return date_period(s, p->today, first, last) ? NH_OK : bad_date(p, t);
    struct slice from = {s.data, dots};
    struct slice to = {s.data + dots + 2, s.len - dots - 2};
    if ((from.len == 0 && to.len == 0) ||
        (from.len && !date_period(from, p->today, first, &other)) ||
        (to.len && !date_period(to, p->today, &other, last)))
        return bad_date(p, t);
    if (*first > *last)
        return query_error(p->err, NH_EQUERY, t->offset, t->length,
                           "the range ends before it begins");
    return NH_OK;
}

static int date_node(struct parser *p, const struct query_token *t,
                     struct query_node **out)
{
    struct query_node *n = new_node(p, QUERY_DATE, t);
    if (!n)
        return failed(p);
    *out = n;
    return parse_range(p, t, &n->first, &n->last);
}

/* The value in the form of the field's terms. A name is whole if it was quoted
 * or has punctuation inside. */
static int filter_node(struct parser *p, const struct query_token *t,
                       struct query_node **out)
{
    const struct field_def *def = &schema_fields[p->field];
    struct query_node *n = new_node(p, QUERY_FILTER, t);
    struct slice value = slice_trim(t->text);
    struct buf folded = BUF_INIT;
    if (!n)
        return failed(p);
    n->field = p->field;
    if (value.len == 0)
        return query_error(p->err, NH_EQUERY, t->offset, t->length,
                           "the value of %s: is empty", def->name);
    if (def->kind == FIELD_KIND_EXACT)
        buf_append(&folded, value.data, value.len);
    else
        analysis_fold_name(value, &folded);
    char *copy = folded.failed
                     ? NULL
                     : arena_copy(&p->q->arena, folded.data, folded.len);
    n->value = (struct slice){copy, folded.len};
    n->whole = def->kind != FIELD_KIND_NAME || t->kind == TOKEN_QUOTED ||
               (copy && memchr(copy, ' ', folded.len) != NULL);
    buf_release(&folded);
    *out = n;
    return copy ? NH_OK : error_nomem(p->err);
}

static int wildcard_in_value(struct parser *p, const struct query_token *t)
{
    query_error(p->err, NH_EUNSUPPORTED, t->offset, t->length,
                "wildcards inside a value are not supported yet");
    return error_hint(
        p->err, NH_EUNSUPPORTED, "%s:* finds all articles with a %s",
        schema_fields[p->field].name, schema_fields[p->field].name);
}

/* A value of the field p->field. */
static int value_node(struct parser *p, const struct query_token *t,
                      struct query_node **out)
{
    enum field_kind kind = schema_fields[p->field].kind;
    bool typed = t->kind == TOKEN_WORD;
    if (typed && slice_equal(t->text, slice_of("*"))) {
        *out = new_node(p, QUERY_HAS, t);
        if (!*out)
            return failed(p);
        (*out)->field = p->field;
        return NH_OK;
    }
    if (kind == FIELD_KIND_DATE)
        return date_node(p, t, out);
    if (typed && kind != FIELD_KIND_EXACT && kind != FIELD_KIND_TEXT &&
        memchr(t->text.data, '*', t->text.len))
        return wildcard_in_value(p, t);
    if (kind != FIELD_KIND_TEXT)
        return filter_node(p, t, out);
    struct query_token word = *t;
    if (typed && word.text.len > 1 && word.text.data[0] == '=') {
        word.exact = true;
        word.text = (struct slice){word.text.data + 1, word.text.len - 1};
    }
    int rc = typed ? query_lex_pattern(&word, &word.text, p->err) : NH_OK;
    if (rc != NH_OK)
        return rc;
    rc = word.wildcard || word.distance ? pattern_node(p, &word, out)
                                        : text_node(p, &word, out);
    if (rc == NH_OK && !*out)
        rc = query_error(p->err, NH_EQUERY, t->offset, t->length,
                         "there is no word in the value of title:");
    if (rc == NH_OK)
        (*out)->plain = false;
    return rc;
}

/* ---- Places. */

/* Refuses what has no place in a text: `what` is around it. */
static int check_place(struct parser *p, const struct query_node *n,
                       const char *what, bool and)
{
    const char *bad = NULL;
    switch (n->kind) {
    case QUERY_WORD:
    case QUERY_PHRASE:
    case QUERY_NEAR:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
        return NH_OK;
    case QUERY_FILTER:
    case QUERY_HAS:
        if (schema_fields[n->field].kind == FIELD_KIND_NAME)
            return NH_OK;
        bad = schema_fields[n->field].name;
        break;
    case QUERY_AND:
        bad = and? NULL : "AND";
        break;
    case QUERY_OR:
        break;
    case QUERY_NOT:
        bad = "NOT";
        break;
    case QUERY_DATE:
        bad = "date";
        break;
    case QUERY_SCOPE:
        bad = n->paragraph ? "/p" : "/s";
    }
    if (bad) {
        query_error(p->err, NH_EQUERY, n->offset, n->length,
                    "%s cannot stand inside %s", bad, what);
        return error_hint(p->err, NH_EQUERY,
                          "words, phrases, OR, NEAR and names can");
    }
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n->count; i++)
        rc = check_place(p, n->children[i], what, and);
    return rc;
}

/* A node of `kind` over one or two others. */
static struct query_node *place_node(struct parser *p, enum query_kind kind,
                                     const struct query_token *start,
                                     struct query_node *a, struct query_node *b)
{
    struct query_node *n = new_node(p, kind, start);
    struct query_node **children =
        n ? arena_alloc(&p->q->arena, 2 * sizeof *children) : NULL;
    if (!children) {
        if (n)
            error_nomem(p->err);
        return NULL;
    }
    children[0] = a;
    children[1] = b;
    n->children = children;
    n->count = b ? 2 : 1;
    n->length = p->token.offset - n->offset;
    return n;
}

/* The group that was closed with /s or /p. */
static int make_scope(struct parser *p, const struct query_token *open,
                      char scope, struct query_node **out)
{
    const bool paragraph = scope == 'p';
    int rc = check_place(
        p, *out, paragraph ? "a paragraph (/p)" : "a sentence (/s)", true);
    if (rc != NH_OK)
        return rc;
    *out = place_node(p, QUERY_SCOPE, open, *out, NULL);
    if (!*out)
        return failed(p);
    (*out)->paragraph = paragraph;
    return NH_OK;
}

/* ---- Grammar. */

static int parse_group(struct parser *p, struct query_node **out)
{
    struct query_token open = p->token;
    if (++p->depth > QUERY_DEPTH_MAX)
        return query_error(p->err, NH_EQUERY, open.offset, 1,
                           "parentheses are nested deeper than %d",
                           QUERY_DEPTH_MAX);
    int rc = advance(p);
    if (rc == NH_OK)
        rc = parse_query(p, out);
    if (rc != NH_OK)
        return rc;
    if (p->token.kind != TOKEN_CLOSE) {
        query_error(p->err, NH_EQUERY, open.offset, 1,
                    "this parenthesis is never closed");
        return error_hint(p->err, NH_EQUERY, "add ) at the end of the group");
    }
    p->depth--;
    if (!*out)
        return query_error(p->err, NH_EQUERY, open.offset,
                           p->token.offset + 1 - open.offset,
                           "there is nothing between these parentheses");
    char scope = p->token.scope;
    rc = advance(p);
    return rc == NH_OK && scope ? make_scope(p, &open, scope, out) : rc;
}

static int parse_field(struct parser *p, struct query_node **out)
{
    struct query_token name = p->token;
    if (p->field != NO_FIELD)
        return query_error(p->err, NH_EQUERY, name.offset, name.length,
                           "a field inside the group of field %s:",
                           schema_fields[p->field].name);
    int rc = advance(p);
    if (rc != NH_OK)
        return rc;
    struct query_token value = p->token;
    p->field = name.field;
    if (value.kind == TOKEN_OPEN) {
        rc = parse_group(p, out);
        p->field = NO_FIELD;
        return rc;
    }
    rc = value_node(p, &value, out);
    p->field = NO_FIELD;
    if (rc != NH_OK)
        return rc;
    (*out)->offset = name.offset;
    (*out)->length = value.offset + value.length - name.offset;
    return advance(p);
}

/* *out stays NULL for a word of punctuation alone, which is ignored. */
static int parse_primary(struct parser *p, struct query_node **out)
{
    struct query_token t = p->token;
    int rc;
    *out = NULL;
    switch (t.kind) {
    case TOKEN_OPEN:
        return parse_group(p, out);
    case TOKEN_FIELD:
        return parse_field(p, out);
    case TOKEN_QUOTED:
    case TOKEN_WORD:
        rc = p->field != NO_FIELD       ? value_node(p, &t, out)
             : t.wildcard || t.distance ? pattern_node(p, &t, out)
                                        : text_node(p, &t, out);
        if (rc == NH_OK && !*out && t.kind == TOKEN_QUOTED)
            return query_error(p->err, NH_EQUERY, t.offset, t.length,
                               "there is no word between these quotes");
        if (rc == NH_OK && !*out)
            notice_ignored(p, &t);
        return rc == NH_OK ? advance(p) : rc;
    case TOKEN_END:
        return query_error(p->err, NH_EQUERY, t.offset, 0,
                           "the query ends where a word is expected");
    default:
        return query_error(p->err, NH_EQUERY, t.offset, t.length,
                           "a word is expected here");
    }
}

/* Primaries joined by NEAR, from left to right. */
static int parse_place(struct parser *p, struct query_node **out)
{
    struct query_token start = p->token;
    int rc = parse_primary(p, out);
    while (rc == NH_OK && p->token.kind == TOKEN_NEAR) {
        struct query_token near = p->token;
        struct query_node *right = NULL;
        rc = advance(p);
        if (rc == NH_OK)
            rc = parse_primary(p, &right);
        if (rc == NH_OK && (!*out || !right))
            rc = query_error(p->err, NH_EQUERY, near.offset, near.length,
                             "there is no word on one side of NEAR");
        if (rc == NH_OK)
            rc = check_place(p, *out, "NEAR", false);
        if (rc == NH_OK)
            rc = check_place(p, right, "NEAR", false);
        if (rc != NH_OK)
            break;
        *out = place_node(p, QUERY_NEAR, &start, *out, right);
        if (!*out)
            return failed(p);
        (*out)->distance = near.distance;
        (*out)->ordered = near.ordered;
    }
    return rc;
}

static int parse_item(struct parser *p, struct query_node **out)
{
    struct query_token start = p->token;
    bool negate = false, required = false;
    int rc = NH_OK;
    while (rc == NH_OK &&
           (p->token.kind == TOKEN_NOT || p->token.kind == TOKEN_MINUS ||
            p->token.kind == TOKEN_PLUS)) {
        if (p->token.kind == TOKEN_PLUS)
            required = true;
        else
            negate = !negate;
        rc = advance(p);
    }
    if (rc == NH_OK)
        rc = parse_place(p, out);
    if (rc != NH_OK || !*out)
        return rc;
    if (required)
        (*out)->required = true;
    if (negate) {
        struct query_node *n = new_node(p, QUERY_NOT, &start);
        struct query_node **child =
            n ? arena_alloc(&p->q->arena, sizeof *child) : NULL;
        if (!child)
            return n ? error_nomem(p->err) : failed(p);
        *child = *out;
        n->length = (*out)->offset + (*out)->length - n->offset;
        n->children = child;
        n->count = 1;
        *out = n;
    }
    return NH_OK;
}

static int parse_all(struct parser *p, struct query_node **out)
{
    struct query_token start = p->token;
    struct node_list list = {NULL, 0, 0};
    bool joined = false;
    int rc = NH_OK;
    for (;;) {
        struct query_node *item;
        rc = parse_item(p, &item);
        if (rc == NH_OK && item && !push(&list, item))
            rc = error_nomem(p->err);
        if (rc != NH_OK)
            break;
        if (joined && item)
            item->required = true;
        joined = p->token.kind == TOKEN_AND;
        if (joined && item)
            item->required = true;
        if (joined)
            rc = advance(p);
        if (rc != NH_OK || (!joined && (p->token.kind == TOKEN_END ||
                                        p->token.kind == TOKEN_OR ||
                                        p->token.kind == TOKEN_CLOSE)))
            break;
    }
    if (rc != NH_OK) {
        free(list.items);
        return rc;
    }
    return join(p, QUERY_AND, &list, &start, out);
}

static int parse_query(struct parser *p, struct query_node **out)
{
    struct query_token start = p->token;
    struct node_list list = {NULL, 0, 0};
    int rc = NH_OK;
    *out = NULL;
    if (p->token.kind == TOKEN_END || p->token.kind == TOKEN_CLOSE)
        return NH_OK;
    for (;;) {
        struct query_node *part;
        rc = parse_all(p, &part);
        if (rc == NH_OK && part && !push(&list, part))
            rc = error_nomem(p->err);
        if (rc != NH_OK || p->token.kind != TOKEN_OR)
            break;
        rc = advance(p);
        if (rc != NH_OK)
            break;
    }
    if (rc != NH_OK) {
        free(list.items);
        return rc;
    }
    return join(p, QUERY_OR, &list, &start, out);
}

int query_parse(struct query *q, struct slice text, int64_t today,
                struct nh_error *err)
{
    struct nh_error local;
    struct parser p;
    memset(q, 0, sizeof *q);
    memset(&p, 0, sizeof p);
    p.err = err ? err : &local;
    p.err->code = NH_OK;
    if (text.len > QUERY_BYTES_MAX)
        return query_error(p.err, NH_EQUERY, QUERY_BYTES_MAX, 0,
                           "the query is longer than %d bytes",
                           QUERY_BYTES_MAX);
    p.q = q;
    p.lexer.text = text;
    p.today = today;
    p.field = NO_FIELD;
    int rc = advance(&p);
    if (rc == NH_OK && p.token.kind == TOKEN_END)
        rc = query_error(p.err, NH_EQUERY, 0, 0, "the query is empty");
    if (rc == NH_OK)
        rc = parse_query(&p, &q->root);
    if (rc == NH_OK && p.token.kind == TOKEN_CLOSE)
        rc = query_error(p.err, NH_EQUERY, p.token.offset, 1,
                         "this parenthesis was never opened");
    if (rc == NH_OK && !q->root)
        rc = query_error(p.err, NH_EQUERY, 0, text.len,
                         "there is no word in the query");
    if (rc != NH_OK)
        query_release(q);
    return rc;
}

int query_restrict(struct query *q, struct slice since, struct slice until,
                   int64_t today, struct nh_error *err)
{
    int64_t first = INT64_MIN, last = INT64_MAX, other;
    if (since.len == 0 && until.len == 0)
        return NH_OK;
    if (since.len && !date_period(since, today, &first, &other))
        return error_set(err, NH_EINVAL, "'%.*s' is no date or period",
                         (int)since.len, since.data);
    if (until.len && !date_period(until, today, &other, &last))
        return error_set(err, NH_EINVAL, "'%.*s' is no date or period",
                         (int)until.len, until.data);
    struct query_node *both = arena_alloc(&q->arena, sizeof *both);
    struct query_node *range = arena_alloc(&q->arena, sizeof *range);
    struct query_node **children = arena_alloc(&q->arena, 2 * sizeof *children);
    if (!both || !range || !children)
        return error_nomem(err);
    range->kind = QUERY_DATE;
    range->first = first;
    range->last = last;
    children[0] = q->root;
    children[1] = range;
    both->kind = QUERY_AND;
    both->children = children;
    both->count = 2;
    q->root = both;
    return NH_OK;
}

void query_release(struct query *q)
{
    if (!q)
        return;
    arena_release(&q->arena);
    buf_release(&q->notice);
    memset(q, 0, sizeof *q);
}
