/* Owns the table of what other search engines write and newshound does not.
 * Promises that each such form is an error at its place, which says what to
 * write here, before it is taken for a word. */
#include "searcher/query/query_parser.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/text/date.h"

/* Longest piece of a query that a message quotes, in bytes. */
#define QUOTED_MAX 40

static int quoted(struct slice s)
{
    return (int)(s.len < QUOTED_MAX ? s.len : QUOTED_MAX);
}

/* Sets a hint, with a piece of the query for its @. */
static int hint_about(struct nh_error *err, const char *hint, struct slice s)
{
    const int before = (int)strcspn(hint, "@");
    return hint[before] ? error_hint(err, NH_EQUERY, "%.*s%.*s%s", before, hint,
                                     quoted(s), s.data, hint + before + 1)
                        : error_hint(err, NH_EQUERY, "%s", hint);
}

/* ---- Whole words. */

struct operator_row {
    const char *form;    /* # stands for a number, from the second form on */
    bool capitals;       /* small letters make it a word */
    const char *instead; /* with the number for #; NULL: `hint` says it */
    const char *hint;
    const char *mend; /* in its place when the query is mended */
};

#define ONE_SENTENCE "put both in parentheses: (a b)/s is one sentence"
#define ONE_PARAGRAPH "put both in parentheses: (a b)/p is one paragraph"

static const struct operator_row operators[] = {
    {"&&", false, "AND", NULL, "AND"},
    {"||", false, "OR", NULL, "OR"},
    {"|", false, "OR", NULL, "OR"},
    {"XOR", true, NULL, "write (a OR b) -(a b)", "OR"},
    {"ANDNOT", true, "NOT", NULL, "NOT"},
    {"AND-NOT", true, "NOT", NULL, "NOT"},
    {"*:*", false, "*", NULL, "*"},
    {"ADJ", true, "ONEAR/1", "or put the words in quotes", "ONEAR/1"},
    {"W/#", false, "NEAR/#", NULL, NULL},
    {"N/#", false, "NEAR/#", NULL, NULL},
    {"NW/#", false, "NEAR/#", NULL, NULL},
    {"/#", false, "NEAR/#", NULL, NULL},
    {"NEAR#", false, "NEAR/#", NULL, NULL},
    {"NEAR/#", false, "NEAR/#", NULL, NULL},
    {"NEAR:#", false, "NEAR/#", NULL, NULL},
    {"NEAR~#", false, "NEAR/#", NULL, NULL},
    {"WITHIN/#", false, "NEAR/#", NULL, NULL},
    {"ONEAR/#", false, "ONEAR/#", NULL, NULL},
    {"ONEAR#", false, "ONEAR/#", NULL, NULL},
    {"ADJ#", false, "ONEAR/#", NULL, NULL},
    {"ADJ/#", false, "ONEAR/#", NULL, NULL},
    {"P/#", false, "ONEAR/#", NULL, NULL},
    {"PRE/#", false, "ONEAR/#", NULL, NULL},
    {"NEXT#", false, "ONEAR/#", NULL, NULL},
    {"NEXT/#", false, "ONEAR/#", NULL, NULL},
    {"BEFORE/#", false, "ONEAR/#", NULL, NULL},
    {"W/S", false, NULL, ONE_SENTENCE, "AND"},
    {"W/SENT", false, NULL, ONE_SENTENCE, "AND"},
    {"W/SEG", false, NULL, ONE_PARAGRAPH, "AND"},
    {"W/P", false, NULL, ONE_PARAGRAPH, "AND"},
    {"W/PARA", false, NULL, ONE_PARAGRAPH, "AND"},
    {"/S", false, NULL, ONE_SENTENCE, "AND"},
    {"/P", false, NULL, ONE_PARAGRAPH, "AND"},
    {"ATLEAST#", false, NULL, "how often a word stands there only ranks", ""},
};

/* Whether `w` has the form; *number is what stands for #. */
static bool has_form(struct slice w, const struct operator_row *row,
                     struct slice *number)
{
    const char *form = row->form;
    size_t i = 0;
    *number = (struct slice){"", 0};
    for (; *form; form++) {
        if (*form == '#') {
            const size_t start = i;
            while (i < w.len && w.data[i] >= '0' && w.data[i] <= '9')
                i++;
            *number = (struct slice){w.data + start, i - start};
            if (number->len == 0)
                return false;
            continue;
        }
        if (i == w.len)
            return false;
        const char c = w.data[i++];
        const bool small = c >= 'a' && c <= 'z';
        if (c != *form && !(small && !row->capitals && c - 32 == *form))
            return false;
    }
    return i == w.len;
}

static int refuse(struct query_lexer *x, size_t offset, size_t length,
                  const char *mend, struct nh_error *err)
{
    struct slice s = {x->text.data + offset, length};
    x->fix =
        (struct query_fix){FIX_REPLACE, offset, length, mend ? mend : "", ""};
    return query_error(err, NH_EQUERY, offset, length,
                       "'%.*s' is not an operator here", quoted(s), s.data);
}

static int find_operator(struct query_lexer *x, struct slice w,
                         struct nh_error *err)
{
    const size_t offset = (size_t)(w.data - x->text.data);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const struct operator_row *row = &operators[i];
        struct slice number;
        char instead[QUOTED_MAX];
        if (!has_form(w, row, &number))
            continue;
        refuse(x, offset, w.len, row->mend, err);
        if (!row->instead)
            return error_hint(err, NH_EQUERY, "%s", row->hint);
        const int letters = (int)strcspn(row->instead, "#");
        snprintf(instead, sizeof instead, "%.*s%.*s", letters, row->instead,
                 number.len < 6 ? (int)number.len : 5, number.data);
        if (!row->mend) { /* as many words near each other */
            x->fix.with = NULL;
            snprintf(x->fix.text, sizeof x->fix.text, "%.*s%.*s", letters,
                     row->instead, number.len < 5 ? (int)number.len : 4,
                     number.data);
        }
        return error_hint(err, NH_EQUERY, "write %s%s%s", instead,
                          row->hint ? ", " : "", row->hint ? row->hint : "");
    }
    return NH_OK;
}

/* ---- Signs at a word. */

enum sign_place { BEFORE_WORD, INSIDE_WORD, BEHIND_GROUP };

struct sign_row {
    const char *sign;
    enum sign_place place;
    const char *hint; /* @ stands for the word without the sign */
    const char *mend;
};

static const struct sign_row signs[] = {
    {"!", BEFORE_WORD, "to leave it out, write -@", "-"},
    {"\xE2\x88\x92", BEFORE_WORD, "to leave it out, write -@", "-"},
    {"\xE2\x80\x93", BEFORE_WORD, "to leave it out, write -@", "-"},
    {"\xC2\xAC", BEFORE_WORD, "to leave it out, write -@", "-"},
    {"^", BEFORE_WORD, "to find it in the title, write title:@", ""},
    {"~", BEFORE_WORD, "~ stands behind a word: @~", ""},
    {"{", BEFORE_WORD, "( ) make a group", ""},
    {"&&", INSIDE_WORD, "write AND between words", " AND "},
    {"||", INSIDE_WORD, "write OR between words", " OR "},
    {"|", INSIDE_WORD, "write OR between words", " OR "},
    {"~", BEHIND_GROUP, "write NEAR between the words: a NEAR/8 b", ""},
    {"*", BEHIND_GROUP, "* stands in a word, as in resign*", ""},
};

static const struct sign_row *find_sign(enum sign_place place, struct slice s)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const size_t len = strlen(signs[i].sign);
        if (signs[i].place == place && s.len >= len &&
            memcmp(s.data, signs[i].sign, len) == 0)
            return &signs[i];
    }
    return NULL;
}

static int signed_word(struct query_lexer *x, struct slice w,
                       struct nh_error *err)
{
    const struct sign_row *row = find_sign(BEFORE_WORD, w);
    const size_t len = row ? strlen(row->sign) : 0,
                 offset = (size_t)(w.data - x->text.data);
    const char *behind = w.data + len, *end = x->text.data + x->text.len;
    if (!row || behind == end || strchr(" \t\n\r)", *behind))
        return NH_OK; /* a lone sign is punctuation */
    if (len == w.len && !strchr("(\"\xE2", *behind))
        return NH_OK;
    refuse(x, offset, len, row->mend, err);
    return hint_about(err, row->hint,
                      w.len > len ? (struct slice){behind, w.len - len}
                                  : slice_of("..."));
}

static int sign_inside(struct query_lexer *x, struct slice w,
                       struct nh_error *err)
{
    for (size_t i = 1; i + 1 < w.len; i++) {
        const struct sign_row *row =
            find_sign(INSIDE_WORD, (struct slice){w.data + i, w.len - i});
        if (!row)
            continue;
        refuse(x, (size_t)(w.data - x->text.data) + i, strlen(row->sign),
               row->mend, err);
        return error_hint(err, NH_EQUERY, "%s", row->hint);
    }
    return NH_OK;
}

/* a^3 */
static int boosted(struct query_lexer *x, struct slice w, struct nh_error *err)
{
    size_t at = w.len;
    while (at > 0 && strchr("0123456789.", w.data[at - 1]))
        at--;
    if (at == w.len || at == 0 || w.data[at - 1] != '^')
        return NH_OK;
    at--;
    refuse(x, (size_t)(w.data - x->text.data) + at, w.len - at, "", err);
    return error_hint(
        err, NH_EQUERY, "words cannot be given weights; leave %.*s out",
        quoted((struct slice){w.data + at, w.len - at}), w.data + at);
}

/* Writes the words of the phrase before with NEAR between them. */
static void propose_near(const struct query_lexer *x, struct slice number,
                         char *out, size_t size)
{
    struct slice rest = x->glued_text, word;
    size_t used = 0;
    out[0] = '\0';
    while ((word = slice_word(&rest)).len > 0 && used < size) {
        if (used)
            used += (size_t)snprintf(out + used, size - used, " NEAR/%.*s ",
                                     quoted(number), number.data);
        if (used < size)
            used += (size_t)snprintf(out + used, size - used, "%.*s",
                                     quoted(word), word.data);
    }
    if (used >= size) /* it does not fit */
        out[0] = '\0';
}

/* What stands behind a phrase or group without a space: "a b"~10. */
static int behind_group(struct query_lexer *x, struct slice w,
                        struct nh_error *err)
{
    const struct sign_row *row = find_sign(BEHIND_GROUP, w);
    char near[160];
    if (!row || x->glued == 0 || x->glued != (size_t)(w.data - x->text.data))
        return NH_OK;
    refuse(x, x->glued, w.len, row->mend, err);
    struct slice number = {w.data + 1, w.len - 1};
    for (size_t i = 0; i < number.len; i++)
        if (number.data[i] < '0' || number.data[i] > '9')
            number.len = i;
    if (number.len == 0)
        number = slice_of("8");
    propose_near(x, number, near, sizeof near);
    if (*row->sign == '~' && strstr(near, "NEAR"))
        return error_hint(err, NH_EQUERY, "write %s", near);
    return error_hint(err, NH_EQUERY, "%s", row->hint);
}

/* ---- Ranges and regular expressions. */

/* Where the first of `ends` stands in the text from `at` on, or its end. */
static size_t find_end(const struct query_lexer *x, size_t at, const char *ends)
{
    while (at < x->text.len && !strchr(ends, x->text.data[at]))
        at++;
    return at;
}

/* The parts of [a TO b]. */
static bool split_range(struct slice s, struct slice *from, struct slice *to)
{
    for (size_t i = 1; i + 4 <= s.len; i++) {
        if (memcmp(s.data + i, " TO ", 4) != 0)
            continue;
        *from = slice_trim((struct slice){s.data + 1, i - 1});
        *to = slice_trim((struct slice){s.data + i + 4, s.len - i - 4});
        if (slice_equal(*from, slice_of("*")))
            from->len = 0;
        if (slice_equal(*to, slice_of("*")))
            to->len = 0;
        return true;
    }
    return false;
}

static int bracket_range(struct query_lexer *x, struct slice w,
                         struct nh_error *err)
{
    const size_t at = (size_t)(w.data - x->text.data);
    if (w.data[0] != '[' && w.data[0] != '{')
        return NH_OK;
    const size_t end = find_end(x, at, "]}");
    struct slice from, to;
    if (!split_range((struct slice){w.data, end - at}, &from, &to))
        return NH_OK;
    const bool field = at > 0 && x->text.data[at - 1] == ':';
    refuse(x, at, end - at + (end < x->text.len), "", err);
    if (field) /* its name goes too */
        x->fix =
            (struct query_fix){FIX_REPLACE, x->field_at,
                               end + (end < x->text.len) - x->field_at, "", ""};
    return error_hint(err, NH_EQUERY, "days from to are date:%.*s..%.*s",
                      quoted(from), from.data, quoted(to), to.data);
}

/* /joh?n/ */
static int regular_expression(struct query_lexer *x, struct slice w,
                              struct nh_error *err)
{
    const size_t at = (size_t)(w.data - x->text.data);
    if (w.len < 2 || w.data[0] != '/')
        return NH_OK;
    const size_t end = find_end(x, at + 1, "/");
    const char next = end + 1 < x->text.len ? x->text.data[end + 1] : ' ';
    if (end >= x->text.len || end == at + 1 || !strchr(" \t\r\n)~^", next))
        return NH_OK; /* a path */
    refuse(x, at, end + 1 - at, "", err);
    return error_hint(err, NH_EQUERY,
                      "there are wildcards: * for any letters, ? for one");
}

/* word(...) of Nexis, ProQuest, Google and FTS5. */
struct function_row {
    const char *name, *hint;
};

static const struct function_row functions[] = {
    {"TI", "write title:(...)"},
    {"HL", "write title:(...)"},
    {"HEADLINE", "write title:(...)"},
    {"HLEAD", "write title:(...)"},
    {"TITLE", "write title:(...)"},
    {"AU", "write author:(...)"},
    {"BYLINE", "write author:(...)"},
    {"SU", "write topic:(...)"},
    {"SUBJECT", "write topic:(...)"},
    {"PUBLICATION", "write source:(...)"},
    {"AB", "words are looked for in title and text"},
    {"BODY", "words are looked for in title and text"},
    {"EXACT", "put the words in quotes"},
    {"AROUND", "write NEAR/5 between the words"},
    {"ALLCAPS", "capitals make no difference"},
    {"CAPS", "capitals make no difference"},
    {"NOCAPS", "capitals make no difference"},
    {"PLURAL", "=word finds exactly this form"},
    {"SINGULAR", "=word finds exactly this form"},
};

/* NEAR(a b, 5) */
static bool is_near_call(const struct query_lexer *x, struct slice w)
{
    size_t at = (size_t)(w.data - x->text.data) + w.len;
    const size_t end = find_end(x, at, ")");
    if (!slice_equal(w, slice_of("NEAR")) || end == x->text.len)
        return false;
    at = end;
    while (at > 0 && x->text.data[at - 1] >= '0' && x->text.data[at - 1] <= '9')
        at--;
    if (at == end)
        return false;
    while (at > 0 && x->text.data[at - 1] == ' ')
        at--;
    return at > 0 && x->text.data[at - 1] == ',';
}

static int function_call(struct query_lexer *x, struct slice w,
                         struct nh_error *err)
{
    const size_t at = (size_t)(w.data - x->text.data), end = at + w.len;
    if (end >= x->text.len || x->text.data[end] != '(')
        return NH_OK;
    const size_t close = find_end(x, end, ")");
    const char *hint = is_near_call(x, w) ? "write a NEAR/5 b" : NULL;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strlen(functions[i].name) == w.len &&
            strncasecmp(functions[i].name, w.data, w.len) == 0)
            hint = functions[i].hint;
    if (!hint || (close == end + 2 && x->text.data[end + 1] == 's'))
        return NH_OK; /* "title(s)" */
    refuse(x, at, w.len, "", err);
    return error_hint(err, NH_EQUERY, "%s", hint);
}

/* ---- Names of fields. */

struct field_row {
    const char *name;
    const char *hint; /* @ stands for the value */
};

static const struct field_row fields[] = {
    {"_exists_", "articles that have a field are found by @:*"},
    {"exists", "articles that have a field are found by @:*"},
    {"has", "articles that have a field are found by @:*"},
    {"_missing_", "articles without a field are found by -@:*"},
    {"missing", "articles without a field are found by -@:*"},
    {"site", "write url:@"},
    {"inurl", "write url:@"},
    {"domain", "write url:@"},
    {"intitle", "write title:@"},
    {"allintitle", "write title:(@)"},
    {"ti", "write title:@"},
    {"hl", "write title:@"},
    {"before", "write date:..@"},
    {"until", "write date:..@"},
    {"after", "write date:@.."},
    {"since", "write date:@.."},
    {"byline", "write author:@"},
    {"au", "write author:@"},
    {"intext", "words are looked for in title and text: write @"},
    {"body", "words are looked for in title and text: write @"},
    {"text", "words are looked for in title and text: write @"},
    {"content", "words are looked for in title and text: write @"},
    {"all", "words are looked for in title and text: write @"},
    {"subject", "write topic:@"},
    {"keyword", "write topic:@"},
    {"category", "write section:@"},
};

bool query_foreign_field(struct slice name, struct slice value,
                         struct nh_error *err)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strlen(fields[i].name) != name.len ||
            strncasecmp(fields[i].name, name.data, name.len) != 0)
            continue;
        if (value.len == 0)
            value = slice_of("...");
        hint_about(err, fields[i].hint, value);
        return true;
    }
    return false;
}

/* ---- Values of fields. */

/* >5, >=2020, <x */
static int comparison(struct query_lexer *x, struct slice v,
                      struct nh_error *err)
{
    if (v.data[0] != '<' && v.data[0] != '>')
        return NH_OK;
    const bool up = v.data[0] == '>';
    const size_t len = v.len > 1 && v.data[1] == '=' ? 2 : 1;
    const struct slice limit = {v.data + len, v.len - len};
    refuse(x, (size_t)(v.data - x->text.data), len, "", err);
    if (x->field != FIELD_DATE)
        return error_hint(err, NH_EQUERY,
                          "only days have an order: date:2024-05..");
    return error_hint(err, NH_EQUERY, "days are compared by date:%s%.*s%s",
                      up ? "" : "..", quoted(limit), limit.data,
                      up ? ".." : "");
}

int query_foreign_value(struct query_lexer *x, struct slice v,
                        struct nh_error *err)
{
    const struct field_def *def = &schema_fields[x->field];
    if (v.len == 0 || def->kind == FIELD_KIND_EXACT)
        return NH_OK; /* byte for byte */
    int rc = bracket_range(x, v, err);
    if (rc == NH_OK)
        rc = comparison(x, v, err);
    if (rc != NH_OK || def->kind == FIELD_KIND_DATE)
        return rc;
    const struct sign_row *row = find_sign(BEFORE_WORD, v);
    const bool minus = v.data[0] == '-' || (row && *row->mend == '-'),
               plus = v.data[0] == '+';
    const size_t len = row ? strlen(row->sign) : 1;
    if ((minus || plus) && v.len > len) {
        const struct slice rest = {v.data + len, v.len - len};
        refuse(x, (size_t)(v.data - x->text.data), len, "", err);
        x->fix = (struct query_fix){
            FIX_REPLACE, x->field_at,
            (size_t)(v.data - x->text.data) + len - x->field_at, NULL, ""};
        snprintf(x->fix.text, sizeof x->fix.text, "%c%s:", minus ? '-' : '+',
                 def->name);
        return error_hint(
            err, NH_EQUERY, "the sign stands before the field: %c%s:%.*s",
            minus ? '-' : '+', def->name, quoted(rest), rest.data);
    }
    rc = boosted(x, v, err);
    if (rc == NH_OK)
        rc = regular_expression(x, v, err);
    return rc == NH_OK ? sign_inside(x, v, err) : rc;
}

/* ---- */

int query_foreign_word(struct query_lexer *x, struct slice w, bool near,
                       struct nh_error *err)
{
    if (near)
        return function_call(x, w, err);
    int rc = behind_group(x, w, err);
    if (rc == NH_OK)
        rc = find_operator(x, w, err);
    if (rc == NH_OK)
        rc = boosted(x, w, err);
    if (rc == NH_OK && w.len > 0)
        rc = bracket_range(x, w, err);
    if (rc == NH_OK)
        rc = regular_expression(x, w, err);
    if (rc == NH_OK)
        rc = function_call(x, w, err);
    if (rc == NH_OK)
        rc = signed_word(x, w, err);
    return rc == NH_OK ? sign_inside(x, w, err) : rc;
}
