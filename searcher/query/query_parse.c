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
#include "searcher/query/query_parser.h"

#include <stdlib.h>
#include <string.h>

#include "common/text/date.h"

/* A growing list of children; the array moves to the arena at the end. */
struct node_list {
    struct query_node **items;
    size_t count, cap;
};

static int parse_query(struct query_parser *p, struct query_node **out);

static int advance(struct query_parser *p)
{
    return query_lex(&p->lexer, &p->token, p->err);
}

/* Goes on behind an operator. */
static int advance_joint(struct query_parser *p)
{
    p->joint = p->token;
    return advance(p);
}

static void fix(struct query_parser *p, size_t offset, size_t length,
                const char *with)
{
    p->lexer.fix = (struct query_fix){FIX_REPLACE, offset, length, with, ""};
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
static int join(struct query_parser *p, enum query_kind kind,
                struct node_list *list, const struct query_token *at,
                struct query_node **out)
{
    int rc = NH_OK;
    *out = list->count ? list->items[0] : NULL;
    if (list->count > 1) {
        struct query_node *n = query_new_node(p, kind, at);
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
            rc = n ? error_nomem(p->err) : query_failed(p);
        }
    }
    free(list->items);
    return rc;
}

/* ---- Places. */

/* Refuses what has no place in a text: `what` is around it. */
static int check_place(struct query_parser *p, const struct query_node *n,
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
    case QUERY_ALL:
        bad = "*";
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
static struct query_node *place_node(struct query_parser *p,
                                     enum query_kind kind,
                                     const struct query_token *start,
                                     struct query_node *a, struct query_node *b)
{
    struct query_node *n = query_new_node(p, kind, start);
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
static int make_scope(struct query_parser *p, const struct query_token *open,
                      const struct query_token *close, struct query_node **out)
{
    const bool paragraph = close->scope == 'p';
    int rc = check_place(
        p, *out, paragraph ? "a paragraph (/p)" : "a sentence (/s)", true);
    fix(p, close->offset, close->length, ")");
    if (rc != NH_OK)
        return rc;
    *out = place_node(p, QUERY_SCOPE, open, *out, NULL);
    if (!*out)
        return query_failed(p);
    (*out)->paragraph = paragraph;
    return NH_OK;
}

/* ---- Grammar. */

static int parse_group(struct query_parser *p, struct query_node **out)
{
    struct query_token open = p->token;
    p->value = false;
    if (++p->depth > QUERY_DEPTH_MAX) {
        p->lexer.fix.kind = FIX_NONE;
        return query_error(p->err, NH_EQUERY, open.offset, 1,
                           "parentheses are nested deeper than %d",
                           QUERY_DEPTH_MAX);
    }
    int rc = advance(p);
    if (rc == NH_OK)
        rc = parse_query(p, out);
    if (rc != NH_OK)
        return rc;
    if (p->token.kind != TOKEN_CLOSE) {
        fix(p, p->lexer.text.len, 0, ")");
        query_error(p->err, NH_EQUERY, open.offset, 1,
                    "this parenthesis is never closed");
        return error_hint(p->err, NH_EQUERY, "add ) at the end of the group");
    }
    p->depth--;
    struct query_token close = p->token;
    if (!*out) {
        fix(p, open.offset, close.offset + close.length - open.offset, "");
        return query_error(p->err, NH_EQUERY, open.offset,
                           close.offset + 1 - open.offset,
                           "there is nothing between these parentheses");
    }
    rc = advance(p);
    return rc == NH_OK && close.scope ? make_scope(p, &open, &close, out) : rc;
}

static int parse_field(struct query_parser *p, struct query_node **out)
{
    struct query_token name = p->token;
    fix(p, name.offset, name.length, "");
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
    p->value = true;
    rc = query_value_node(p, &value, out);
    p->value = false;
    p->field = NO_FIELD;
    if (rc != NH_OK)
        return rc;
    (*out)->offset = name.offset;
    (*out)->length = value.offset + value.length - name.offset;
    return advance(p);
}

static void notice_ignored(struct query_parser *p, const struct query_token *t)
{
    struct buf *b = &p->q->notice;
    buf_append_str(b, b->len ? ", '" : "ignored, no word in it: '");
    buf_append(b, t->text.data, t->text.len);
    buf_append_byte(b, '\'');
}

/* *out stays NULL for a word of punctuation alone, which is ignored. */
static int parse_primary(struct query_parser *p, struct query_node **out)
{
    struct query_token t = p->token;
    const struct query_token *extra = &t; /* if there is no word here */
    int rc;
    *out = NULL;
    if (t.kind == TOKEN_END || t.kind == TOKEN_CLOSE)
        extra = &p->joint;
    switch (t.kind) {
    case TOKEN_OPEN:
        return parse_group(p, out);
    case TOKEN_FIELD:
        return parse_field(p, out);
    case TOKEN_ALL:
        if (p->field != NO_FIELD) {
            t.kind = TOKEN_WORD;
            rc = query_value_node(p, &t, out);
        } else {
            *out = query_new_node(p, QUERY_ALL, &t);
            rc = *out ? NH_OK : query_failed(p);
        }
        return rc == NH_OK ? advance(p) : rc;
    case TOKEN_QUOTED:
    case TOKEN_WORD:
        rc = p->field != NO_FIELD       ? query_value_node(p, &t, out)
             : t.wildcard || t.distance ? query_pattern_node(p, &t, out)
                                        : query_text_node(p, &t, out);
        if (rc == NH_OK && !*out)
            fix(p, t.offset, t.length, "");
        if (rc == NH_OK && !*out && t.kind == TOKEN_QUOTED)
            return query_error(p->err, NH_EQUERY, t.offset, t.length,
                               "there is no word between these quotes");
        if (rc == NH_OK && !*out)
            notice_ignored(p, &t);
        return rc == NH_OK ? advance(p) : rc;
    case TOKEN_END:
        fix(p, extra->offset, extra->length, "");
        return query_error(p->err, NH_EQUERY, t.offset, 0,
                           "the query ends where a word is expected");
    default:
        fix(p, extra->offset, extra->length, "");
        return query_error(p->err, NH_EQUERY, t.offset, t.length,
                           "a word is expected here");
    }
}

/* Primaries joined by NEAR, from left to right. */
static int parse_place(struct query_parser *p, struct query_node **out)
{
    struct query_token start = p->token;
    int rc = parse_primary(p, out);
    while (rc == NH_OK && p->token.kind == TOKEN_NEAR) {
        struct query_token near = p->token;
        struct query_node *right = NULL;
        rc = advance_joint(p);
        if (rc == NH_OK)
            rc = parse_primary(p, &right);
        if (rc == NH_OK)
            fix(p, near.offset, near.length, *out && right ? "AND" : "");
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
            return query_failed(p);
        (*out)->distance = near.distance;
        (*out)->ordered = near.ordered;
    }
    return rc;
}

static int parse_item(struct query_parser *p, struct query_node **out)
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
        rc = advance_joint(p);
    }
    if (rc == NH_OK)
        rc = parse_place(p, out);
    if (rc != NH_OK || !*out)
        return rc;
    if (required)
        (*out)->required = true;
    if (negate) {
        struct query_node *n = query_new_node(p, QUERY_NOT, &start);
        struct query_node **child =
            n ? arena_alloc(&p->q->arena, sizeof *child) : NULL;
        if (!child)
            return n ? error_nomem(p->err) : query_failed(p);
        *child = *out;
        n->length = (*out)->offset + (*out)->length - n->offset;
        n->children = child;
        n->count = 1;
        *out = n;
    }
    return NH_OK;
}

static int parse_all(struct query_parser *p, struct query_node **out)
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
            rc = advance_joint(p);
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

static int parse_query(struct query_parser *p, struct query_node **out)
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
        rc = advance_joint(p);
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
    struct query_fix ignored;
    return query_parse_fix(q, text, today, &ignored, err);
}

int query_parse_fix(struct query *q, struct slice text, int64_t today,
                    struct query_fix *fixed, struct nh_error *err)
{
    struct nh_error local;
    struct query_parser p;
    memset(q, 0, sizeof *q);
    memset(&p, 0, sizeof p);
    memset(fixed, 0, sizeof *fixed);
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
    const bool empty = rc == NH_OK && p.token.kind == TOKEN_END;
    if (empty && !(q->root = query_new_node(&p, QUERY_ALL, &p.token)))
        rc = query_failed(&p);
    if (rc == NH_OK && !empty)
        rc = parse_query(&p, &q->root);
    if (rc == NH_OK && p.token.kind == TOKEN_CLOSE) {
        fix(&p, p.token.offset, p.token.length, "");
        rc = query_error(p.err, NH_EQUERY, p.token.offset, 1,
                         "this parenthesis was never opened");
    } else if (rc == NH_OK) {
        p.lexer.fix.kind = FIX_NONE;
    }
    if (rc == NH_OK && p.lexer.question)
        buf_append_str(&q->notice, q->notice.len
                                       ? "; the ? at the end is a question mark"
                                       : "the ? at the end is a question mark");
    if (rc == NH_OK && q->notice.failed)
        rc = error_nomem(p.err);
    if (rc == NH_OK && !q->root)
        rc = query_error(p.err, NH_EQUERY, 0, text.len,
                         "there is no word in the query");
    if (rc != NH_OK) {
        query_release(q);
        *fixed = p.lexer.fix;
    }
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
    if (first > last)
        return error_set(err, NH_EINVAL,
                         "the days from %.*s until %.*s end before they begin",
                         (int)since.len, since.data, (int)until.len,
                         until.data);
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
