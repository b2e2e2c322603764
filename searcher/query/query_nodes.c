/* Owns the parts of a query that have no parts: words, phrases, patterns,
 * filters and dates. */
#include "searcher/query/query_parser.h"

#include <string.h>

#include "common/text/analysis.h"
#include "common/text/date.h"
#include "searcher/query/pattern.h"

struct query_node *query_new_node(struct query_parser *p, enum query_kind kind,
                                  const struct query_token *at)
{
    if (++p->q->nodes > QUERY_NODES_MAX) {
        p->lexer.fix.kind = FIX_NONE;
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

int query_failed(const struct query_parser *p)
{
    return p->err && p->err->code ? p->err->code : NH_ENOMEM;
}

/* ---- Words. */

static int add_word(struct query_parser *p, const struct query_token *t,
                    struct query_node *n, size_t *cap, const struct word *w)
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
    const size_t start = (size_t)(t->text.data - p->lexer.text.data) + w->start;
    n->words[n->word_count++] =
        (struct query_word){.text = {copy, w->folded.len},
                            .cjk = (w->flags & WORD_CJK) != 0,
                            .offset = start,
                            .length = w->end - w->start};
    return NH_OK;
}

int query_text_node(struct query_parser *p, const struct query_token *t,
                    struct query_node **out)
{
    struct word_scanner s;
    struct word w;
    bool possessive = false;
    size_t cap = 0;
    struct query_node *n = query_new_node(p, QUERY_PHRASE, t);
    int rc = n ? NH_OK : query_failed(p);
    *out = NULL;
    word_scanner_init(&s, t->text);
    while (rc == NH_OK && word_next(&s, &w)) {
        possessive = (w.flags & WORD_POSSESSIVE) != 0;
        rc = add_word(p, t, n, &cap, &w);
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

_Static_assert(QUERY_EDITS_MAX <= PATTERN_EDITS_MAX,
               "fuzzy words are compared with room for so many edits");

static void fix(struct query_parser *p, enum query_fix_kind kind,
                const struct query_token *t)
{
    p->lexer.fix = (struct query_fix){kind, t->offset, t->length, "", ""};
}

/* The value is left out, with the name of the field before it. */
static void fix_value(struct query_parser *p, const struct query_token *t)
{
    size_t start = p->value ? p->lexer.field_at : t->offset;
    p->lexer.fix = (struct query_fix){FIX_REPLACE, start,
                                      t->offset + t->length - start, "", ""};
}

static int bad_pattern(struct query_parser *p, const struct query_token *t,
                       const char *why)
{
    fix(p, FIX_STRIP, t);
    query_error(p->err, NH_EQUERY, t->offset, t->length, "%s", why);
    return error_hint(p->err, NH_EQUERY,
                      "to search for the words alone, leave *, ? and ~ out");
}

/* Folds a piece of a pattern, which has to be a piece of one word. */
static int fold_piece(struct query_parser *p, const struct query_token *t,
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

int query_pattern_node(struct query_parser *p, const struct query_token *t,
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
        rc == NH_OK
            ? query_new_node(p, t->wildcard ? QUERY_WILDCARD : QUERY_FUZZY, t)
            : NULL;
    struct query_word *word =
        n ? arena_alloc(&p->q->arena, sizeof *word) : NULL;
    char *copy = word && !folded.failed
                     ? arena_copy(&p->q->arena, folded.data, folded.len)
                     : NULL;
    if (copy) {
        *word = (struct query_word){.text = {copy, folded.len},
                                    .offset = t->offset,
                                    .length = t->length};
        n->words = word;
        n->word_count = 1;
        n->title = p->field == FIELD_TITLE;
        n->distance = t->distance;
        *out = n;
    }
    buf_release(&folded);
    if (rc != NH_OK)
        return rc;
    return copy ? NH_OK : n ? error_nomem(p->err) : query_failed(p);
}

/* ---- Fields. */

static int bad_date(struct query_parser *p, const struct query_token *t)
{
    fix_value(p, t);
    query_error(p->err, NH_EQUERY, t->offset, t->length,
                "'%.*s' is no date or period",
                (int)(t->text.len < 60 ? t->text.len : 60), t->text.data);
    return error_hint(p->err, NH_EQUERY,
                      "2024, 2024-05, 2024-05-17, 2024-05-01..2024-05-"
                      "17, 2024.., last-week, 30d");
}

static int parse_range(struct query_parser *p, const struct query_token *t,
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
    fix_value(p, t);
    if (*first > *last)
        return query_error(p->err, NH_EQUERY, t->offset, t->length,
                           "the range ends before it begins");
    return NH_OK;
}

static int date_node(struct query_parser *p, const struct query_token *t,
                     struct query_node **out)
{
    struct query_node *n = query_new_node(p, QUERY_DATE, t);
    if (!n)
        return query_failed(p);
    *out = n;
    return parse_range(p, t, &n->first, &n->last);
}

/* Appends the text between quotation marks, without the backslash before a
 * quotation mark or a backslash. */
static void unescape(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\\' && i + 1 < text.len &&
            strchr("\"\\", text.data[i + 1]))
            i++;
        buf_append_byte(out, (uint8_t)text.data[i]);
    }
}

/* The value in the form of the field's terms. A name is whole if it was quoted;
 * else it is words that a name has side by side. */
static int filter_node(struct query_parser *p, const struct query_token *t,
                       struct query_node **out)
{
    const struct field_def *def = &schema_fields[p->field];
    struct query_node *n = query_new_node(p, QUERY_FILTER, t);
    struct slice value = slice_trim(t->text);
    struct buf folded = BUF_INIT;
    if (!n)
        return query_failed(p);
    n->field = p->field;
    n->value_offset = (size_t)(value.data - p->lexer.text.data);
    n->value_length = value.len;
    fix_value(p, t);
    if (value.len == 0)
        return query_error(p->err, NH_EQUERY, t->offset, t->length,
                           "the value of %s: is empty", def->name);
    struct buf plain = BUF_INIT;
    if (t->kind == TOKEN_QUOTED)
        unescape(value, &plain);
    else
        buf_append(&plain, value.data, value.len);
    if (def->kind == FIELD_KIND_EXACT)
        buf_append(&folded, plain.data, plain.len);
    else
        analysis_fold_name((struct slice){plain.data, plain.len}, &folded);
    folded.failed = folded.failed || plain.failed;
    buf_release(&plain);
    char *copy = folded.failed
                     ? NULL
                     : arena_copy(&p->q->arena, folded.data, folded.len);
    n->value = (struct slice){copy, folded.len};
    n->whole = def->kind != FIELD_KIND_NAME || t->kind == TOKEN_QUOTED;
    buf_release(&folded);
    *out = n;
    return copy ? NH_OK : error_nomem(p->err);
}

static int wildcard_in_value(struct query_parser *p,
                             const struct query_token *t)
{
    fix(p, FIX_STRIP, t);
    query_error(p->err, NH_EUNSUPPORTED, t->offset, t->length,
                "wildcards inside a value are not supported yet");
    return error_hint(
        p->err, NH_EUNSUPPORTED, "%s:* finds all articles with a %s",
        schema_fields[p->field].name, schema_fields[p->field].name);
}

int query_value_node(struct query_parser *p, const struct query_token *t,
                     struct query_node **out)
{
    enum field_kind kind = schema_fields[p->field].kind;
    bool typed = t->kind == TOKEN_WORD;
    const bool any = typed && slice_equal(t->text, slice_of("*"));
    if (any && p->field == FIELD_COPIES) {
        fix_value(p, t);
        query_error(p->err, NH_EQUERY, t->offset, t->length,
                    "copies: wants the id of an article");
        return error_hint(p->err, NH_EQUERY,
                          "search --collapse shows which articles have some");
    }
    if (any) {
        *out = query_new_node(p, QUERY_HAS, t);
        if (!*out)
            return query_failed(p);
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
    int rc =
        typed ? query_lex_pattern(&p->lexer, &word, &word.text, p->err) : NH_OK;
    if (rc != NH_OK)
        return rc;
    rc = word.wildcard || word.distance ? query_pattern_node(p, &word, out)
                                        : query_text_node(p, &word, out);
    if (rc == NH_OK && !*out) {
        fix_value(p, t);
        rc = query_error(p->err, NH_EQUERY, t->offset, t->length,
                         "there is no word in the value of title:");
    }
    if (rc == NH_OK)
        (*out)->plain = false;
    return rc;
}
