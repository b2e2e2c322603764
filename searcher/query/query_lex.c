/* Owns the splitting of query text into tokens.
 * Promises that every byte of the query is in a token or is white space. */
#include "searcher/query/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int query_error(struct nh_error *err, int code, size_t offset, size_t length,
                const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set_at(err, code, offset, "%s", message);
    if (err)
        err->length = length;
    return code;
}

/* How the error that comes next could be mended. */
static void fix(struct query_lexer *x, enum query_fix_kind kind, size_t offset,
                size_t length, const char *with)
{
    x->fix = (struct query_fix){kind, offset, length, with, ""};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of a quotation mark at s, typographic ones included; 0 if none. */
static size_t quote_at(const char *s, size_t len)
{
    if (len >= 1 && s[0] == '"')
        return 1;
    if (len >= 3 && s[0] == '\xE2' && s[1] == '\x80' &&
        (s[2] == '\x9C' || s[2] == '\x9D' || s[2] == '\x9E'))
        return 3;
    return 0;
}

/* Whether a letter or digit, or a byte of one, is at `at`. */
static bool letter_at(struct slice s, size_t at)
{
    const unsigned char c = at < s.len ? (unsigned char)s.data[at] : ' ';
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c >= 0x80 && !quote_at(s.data + at, s.len - at));
}

/* Whether a plain quotation mark at `at` belongs to a word, as in 5" or in
 * acronyms of Hebrew: a letter or digit stands before it. */
static bool is_of_word(struct slice s, size_t start, size_t at)
{
    const size_t len = quote_at(s.data + at, s.len - at);
    if (len == 0 || at == start)
        return false;
    /* A typographic mark before it ends in a byte like those of letters. */
    if (at >= start + 3 && quote_at(s.data + at - 3, 3) == 3)
        return false;
    return letter_at(s, at - 1);
}

/* Where the mark stands that closes a phrase which begins at `start`; the
 * text's end if there is none. One between letters is of a word, if there is
 * another one behind it. */
static size_t find_closing(struct slice s, size_t start)
{
    size_t between = s.len;
    for (size_t at = start; at < s.len; at++) {
        const size_t len = quote_at(s.data + at, s.len - at);
        if (s.data[at] == '\\' && at + 1 < s.len &&
            strchr("\\\"", s.data[at + 1])) {
            at++;
            continue;
        }
        if (len == 0)
            continue;
        if (!is_of_word(s, start, at) || !letter_at(s, at + len))
            return at;
        between = between < at ? between : at;
        at += len - 1;
    }
    return between;
}

static int lex_quoted(struct query_lexer *x, struct query_token *t,
                      struct nh_error *err)
{
    const size_t start =
        x->pos + quote_at(x->text.data + x->pos, x->text.len - x->pos);
    const size_t end = find_closing(x->text, start);
    if (end == x->text.len) {
        fix(x, FIX_REPLACE, end, 0, "\"");
        query_error(err, NH_EQUERY, x->pos, 1,
                    "this quotation mark is never closed");
        return error_hint(err, NH_EQUERY, "add \" at the end of the phrase");
    }
    t->kind = TOKEN_QUOTED;
    t->text = (struct slice){x->text.data + start, end - start};
    x->pos = end + quote_at(x->text.data + end, x->text.len - end);
    x->glued = x->pos;
    x->glued_text = t->text;
    return NH_OK;
}

/* End of a run of bytes that are no space, parenthesis or quotation mark, but
 * for marks that belong to a word. */
static size_t word_end(const struct query_lexer *x, size_t start)
{
    size_t at = start, len;
    while (at < x->text.len && !is_space(x->text.data[at]) &&
           !strchr("()", x->text.data[at]) &&
           ((len = quote_at(x->text.data + at, x->text.len - at)) == 0 ||
            is_of_word(x->text, start, at)))
        at += len ? len : 1;
    return at;
}

static bool word_is(struct slice word, const char *what)
{
    return slice_equal(word, slice_of(what));
}

/* NEAR, NEAR/3, ONEAR, ONEAR/12. */
static bool is_near(struct slice w)
{
    size_t i = w.len && w.data[0] == 'O' ? 1 : 0;
    if (w.len < i + 4 || memcmp(w.data + i, "NEAR", 4) != 0)
        return false;
    i += 4;
    if (i < w.len && w.data[i] != '/')
        return false;
    for (i++; i < w.len; i++)
        if (w.data[i] < '0' || w.data[i] > '9')
            return false;
    return true;
}

static int lex_near(struct query_lexer *x, struct query_token *t,
                    struct slice w, struct nh_error *err)
{
    const char *slash = memchr(w.data, '/', w.len);
    uint32_t distance = slash ? 0 : QUERY_NEAR_DEFAULT;
    for (const char *p = slash ? slash + 1 : w.data + w.len;
         p < w.data + w.len && distance <= QUERY_NEAR_MAX; p++)
        distance = distance * 10 + (uint32_t)(*p - '0');
    if (distance < 1 || distance > QUERY_NEAR_MAX) {
        fix(x, FIX_REPLACE, t->offset, t->length,
            w.data[0] == 'O' ? "ONEAR" : "NEAR");
        return query_error(err, NH_EQUERY, t->offset, t->length,
                           "NEAR/ and ONEAR/ take a number from 1 to %d",
                           QUERY_NEAR_MAX);
    }
    t->kind = TOKEN_NEAR;
    t->distance = distance;
    t->ordered = w.data[0] == 'O';
    return NH_OK;
}

/* Length of a field's name before a colon, or 0: letters; with something behind
 * the colon also _ and digits, as names of other programs have. */
static size_t field_length(struct slice w)
{
    size_t i = 0;
    bool plain = true;
    for (; i < w.len && w.data[i] != ':'; i++) {
        const char c = w.data[i], small = (char)(c | 0x20);
        const bool letter = small >= 'a' && small <= 'z';
        if (!letter && c != '_' && (i == 0 || c < '0' || c > '9'))
            return 0;
        plain = plain && letter;
    }
    return i > 0 && i < w.len && (plain || i + 1 < w.len) ? i : 0;
}

static int lex_field(struct query_lexer *x, struct query_token *t,
                     struct slice name, struct nh_error *err)
{
    int field = schema_find(name);
    if (field >= 0) {
        t->kind = TOKEN_FIELD;
        t->field = x->field = (enum field)field;
        x->field_at = x->pos;
        x->pos += name.len + 1;
        x->value = true;
        return NH_OK;
    }
    const char *near = schema_suggest(name);
    fix(x, FIX_QUOTE, x->pos, word_end(x, x->pos) - x->pos, NULL);
    query_error(err, NH_EQUERY, x->pos, name.len + 1,
                "there is no field '%.*s'",
                (int)(name.len < 40 ? name.len : 40), name.data);
    const size_t value = x->pos + name.len + 1;
    if (query_foreign_field(
            name,
            (struct slice){x->text.data + value, word_end(x, value) - value},
            err))
        return NH_EQUERY;
    if (near)
        return error_hint(err, NH_EQUERY, "did you mean %s: ?", near);
    return error_hint(err, NH_EQUERY,
                      "to search for it as text, put it in quotes");
}

/* Takes ~ and ~2 off a word. */
static int lex_fuzzy(struct query_lexer *x, struct query_token *t,
                     struct slice *w, const char *tilde, struct nh_error *err)
{
    const size_t len = (size_t)(tilde - w->data), more = w->len - len - 1;
    fix(x, FIX_STRIP, t->offset, t->length, NULL);
    t->distance = 1;
    if (more == 1 && tilde[1] >= '1' && tilde[1] <= '0' + QUERY_EDITS_MAX) {
        t->distance = (uint32_t)(tilde[1] - '0');
    } else if (more > 0) {
        query_error(err, NH_EQUERY, t->offset, t->length,
                    "~ takes a number of edits from 1 to %d", QUERY_EDITS_MAX);
        return error_hint(err, NH_EQUERY, "as in Schulmann~ or Schulmann~2");
    }
    w->len = len;
    if (!t->wildcard)
        return NH_OK;
    return query_error(err, NH_EQUERY, t->offset, t->length,
                       "a word cannot be fuzzy and have wildcards");
}

int query_lex_pattern(struct query_lexer *x, struct query_token *t,
                      struct slice *w, struct nh_error *err)
{
    t->wildcard = memchr(w->data, '*', w->len) || memchr(w->data, '?', w->len);
    const char *tilde = w->len ? memchr(w->data, '~', w->len) : NULL;
    return tilde && tilde > w->data ? lex_fuzzy(x, t, w, tilde, err) : NH_OK;
}

/* Words that questions begin with, in languages of the press. */
static const char *const question_words[] = {
    "who",          "whom",         "whose",
    "what",         "when",         "where",
    "why",          "which",        "how",
    "is",           "are",          "was",
    "were",         "do",           "does",
    "did",          "has",          "have",
    "had",          "can",          "could",
    "will",         "would",        "should",
    "wer",          "wen",          "wem",
    "wann",         "wo",           "warum",
    "wie",          "welche",       "qui",
    "que",          "quand",        "pourquoi",
    "comment",      "quel",         "quelle",
    "est",          "quien",        "cuando",
    "donde",        "por",          "como",
    "cual",         "chi",          "quando",
    "dove",         "perche",       "come",
    "onde",         "porque",       "qual",
    "qu\xC3\xA9",   "qui\xC3\xA9n", "cu\xC3\xA1ndo",
    "d\xC3\xB3nde", "c\xC3\xB3mo",  "o\xC3\xB9",
    "perch\xC3\xA9"};

/* Whether the text is a question: it begins as one, or has four words and no
 * signs but the mark at its end. */
static bool asks(struct slice text)
{
    struct slice rest = text, word;
    size_t words = 0;
    if (text.len > 2 && memcmp(text.data, "\xC2\xBF", 2) == 0)
        return true; /* Spanish */
    while ((word = slice_word(&rest)).len > 0) {
        for (size_t i = 0;
             words == 0 && i < sizeof question_words / sizeof *question_words;
             i++)
            if (strlen(question_words[i]) == word.len &&
                strncasecmp(question_words[i], word.data, word.len) == 0)
                return text.len > word.len;
        words++;
    }
    while (text.len > 0 && strchr("?!.", text.data[text.len - 1]))
        text.len--;
    for (size_t i = 0; i < text.len; i++)
        if (strchr("*?~:=()\"", text.data[i]))
            return false;
    return words >= 4;
}

/* Whether the ? at the end of a word is a question mark: the word is the
 * query's last, which asks; or there is nothing but marks. */
static bool is_question(struct query_lexer *x, struct slice w)
{
    size_t len = w.len;
    while (len > 0 && strchr("?!.", w.data[len - 1]))
        len--;
    if (len == w.len || !memchr(w.data + len, '?', w.len - len))
        return false;
    if (len == 0)
        return true;
    if (memchr(w.data, '?', len) || memchr(w.data, '*', w.len))
        return false;
    size_t end = x->pos;
    while (end < x->text.len && is_space(x->text.data[end]))
        end++;
    x->question = end == x->text.len && asks(slice_trim(x->text));
    return x->question;
}

static int lex_word(struct query_lexer *x, struct query_token *t,
                    struct nh_error *err)
{
    size_t end = word_end(x, x->pos);
    struct slice w = {x->text.data + x->pos, end - x->pos};
    t->length = w.len;
    int rc = query_foreign_word(x, w, is_near(w), err);
    if (rc != NH_OK)
        return rc;
    if (is_near(w)) {
        x->pos = end;
        return lex_near(x, t, w, err);
    }
    if (word_is(w, "AND") || word_is(w, "OR") || word_is(w, "NOT")) {
        t->kind = w.data[0] == 'A'   ? TOKEN_AND
                  : w.data[0] == 'O' ? TOKEN_OR
                                     : TOKEN_NOT;
        x->pos = end;
        return NH_OK;
    }
    size_t name = field_length(w);
    if (name)
        return lex_field(x, t, (struct slice){w.data, name}, err);
    if (word_is(w, "*")) {
        t->kind = TOKEN_ALL;
        t->text = w;
        x->pos = end;
        return NH_OK;
    }
    if (w.len > 1 && w.data[0] == '=') {
        t->exact = true;
        w = (struct slice){w.data + 1, w.len - 1};
    }
    x->pos = end;
    if (!is_question(x, w))
        rc = query_lex_pattern(x, t, &w, err);
    t->kind = TOKEN_WORD;
    t->text = w;
    return rc;
}

/* A value behind a field's colon: quoted, a group, or up to the next space. */
static int lex_value(struct query_lexer *x, struct query_token *t,
                     struct nh_error *err)
{
    size_t end = word_end(x, x->pos);
    /* What is compared byte for byte may have quotation marks anywhere. */
    while (end > x->pos && end < x->text.len &&
           schema_fields[x->field].kind == FIELD_KIND_EXACT &&
           x->text.data[end] == '"')
        end = word_end(x, end + 1);
    if (end == x->pos) {
        size_t next = end;
        while (next < x->text.len && is_space(x->text.data[next]))
            next++;
        if (next < x->text.len && x->text.data[next] != ')')
            fix(x, FIX_REPLACE, end, next - end, "");
        else
            fix(x, FIX_REPLACE, x->field_at, end - x->field_at, "");
        query_error(err, NH_EQUERY, t->offset, 0,
                    "a value is missing behind the colon");
        return error_hint(err, NH_EQUERY,
                          "write it without a space, as in person:Leike");
    }
    t->kind = TOKEN_WORD;
    t->text = (struct slice){x->text.data + x->pos, end - x->pos};
    int rc = query_foreign_value(x, t->text, err);
    x->pos = end;
    return rc;
}

static void lex_close(struct query_lexer *x, struct query_token *t)
{
    t->kind = TOKEN_CLOSE;
    x->pos++;
    size_t left = x->text.len - x->pos;
    const char *p = x->text.data + x->pos;
    if (left >= 2 && p[0] == '/' && (p[1] == 's' || p[1] == 'p') &&
        (left == 2 || is_space(p[2]) || p[2] == ')')) {
        t->scope = p[1];
        x->pos += 2;
    }
    x->glued = x->pos;
    x->glued_text = (struct slice){"", 0};
}

int query_lex(struct query_lexer *x, struct query_token *t,
              struct nh_error *err)
{
    bool value = x->value;
    x->value = false;
    while (!value && x->pos < x->text.len && is_space(x->text.data[x->pos]))
        x->pos++;
    memset(t, 0, sizeof *t);
    t->offset = x->pos;
    t->length = 1;
    if (x->pos == x->text.len && !value) {
        t->kind = TOKEN_END;
        t->length = 0;
        return NH_OK;
    }
    char c = x->pos < x->text.len ? x->text.data[x->pos] : ' ';
    bool more = x->pos + 1 < x->text.len && !is_space(x->text.data[x->pos + 1]);
    int rc = NH_OK;
    if (c == '(') {
        t->kind = TOKEN_OPEN;
        x->pos++;
    } else if (c == ')' && !value) {
        lex_close(x, t);
    } else if (quote_at(x->text.data + x->pos, x->text.len - x->pos)) {
        rc = lex_quoted(x, t, err);
    } else if (value) {
        rc = lex_value(x, t, err);
    } else if ((c == '-' || c == '+') && more) {
        t->kind = c == '-' ? TOKEN_MINUS : TOKEN_PLUS;
        x->pos++;
    } else {
        rc = lex_word(x, t, err);
    }
    if (rc == NH_OK)
        t->length = x->pos - t->offset;
    return rc;
}
