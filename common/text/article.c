/* Owns the article record. Promises values sorted by field, trimmed, distinct,
 * within their limits. */
#include "common/text/article.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/hash.h"
#include "common/base/utf8.h"
#include "common/text/charset.h"

void article_reset(struct article *a)
{
    arena_reset(&a->arena);
    a->title = a->body = (struct slice){"", 0};
    a->date = (struct nh_date){0, DATE_NONE};
    a->unread_date[0] = '\0';
    a->damage[0] = '\0';
    a->count = 0;
}

/* True for what stands in the place of a missing value. */
static bool says_nothing(struct slice text)
{
    static const char *const words[] = {"null", "none", "nan",     "nat",
                                        "n/a",  "na",   "unknown", "undefined"};
    bool any = false;
    for (size_t i = 0; i < text.len; i++)
        any = any || !strchr("-?.0: ", text.data[i]);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text.len == strlen(words[i]) &&
            strncasecmp(text.data, words[i], text.len) == 0)
            return true;
    return !any;
}

void article_date(struct article *a, struct slice text)
{
    struct nh_date date;
    text = slice_trim(text);
    if (a->date.precision != DATE_NONE || text.len == 0)
        return;
    if (date_parse_as(text, a->date_order, &date)) {
        a->date = date;
    } else if (!a->unread_date[0] && !says_nothing(text)) {
        size_t len = text.len;
        if (len >= sizeof a->unread_date)
            len = utf8_cut(text.data, sizeof a->unread_date - 1);
        memcpy(a->unread_date, text.data, len);
        a->unread_date[len] = '\0';
    }
}

void article_damaged(struct article *a, const char *why)
{
    if (!a->damage[0])
        snprintf(a->damage, sizeof a->damage, "%s", why);
}

void article_release(struct article *a)
{
    if (!a)
        return;
    arena_release(&a->arena);
    free(a->values);
    memset(a, 0, sizeof *a);
}

/* Copies with every run of white space and controls as one space; an id as it
 * is, but for white space around it. */
static struct slice clean_copy(struct article *a, enum field field,
                               struct slice value)
{
    struct slice none = {NULL, 0};
    if (value.len > ARTICLE_VALUE_BYTES)
        value.len = utf8_cut(value.data, ARTICLE_VALUE_BYTES);
    char *copy = arena_copy(&a->arena, value.data, value.len);
    if (!copy)
        return none;
    size_t len = 0;
    if (field == FIELD_ID)
        return slice_trim((struct slice){copy, value.len});
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c > ' ' && c != 0x7f)
            copy[len++] = (char)c;
        else if (len && copy[len - 1] != ' ')
            copy[len++] = ' ';
    }
    while (len && copy[len - 1] == ' ')
        len--;
    return (struct slice){copy, len};
}

bool article_add(struct article *a, enum field field, struct slice value)
{
    return article_add_value(
        a, &(struct article_value){field, value, NULL, 0, false});
}

bool article_add_value(struct article *a, const struct article_value *value)
{
    const enum field field = value->field;
    struct slice text = clean_copy(a, field, value->text);
    if (!text.data)
        return false;
    if (text.len == 0 || a->count == ARTICLE_VALUES_MAX)
        return true;
    size_t at = a->count;
    for (; at > 0 && a->values[at - 1].field >= field; at--)
        if (a->values[at - 1].field == field) {
            if (!schema_fields[field].many ||
                slice_equal(a->values[at - 1].text, text))
                return true;
            size_t before = at - 1;
            while (before > 0 && a->values[before - 1].field == field)
                if (slice_equal(a->values[--before].text, text))
                    return true;
            break;
        }
    if (a->count == a->cap) {
        struct article_value *values =
            array_grow(a->values, &a->cap, sizeof *values);
        if (!values)
            return false;
        a->values = values;
    }
    memmove(a->values + at + 1, a->values + at,
            (a->count - at) * sizeof *a->values);
    a->values[at] = (struct article_value){field, text, value->mentions,
                                           value->mention_count, value->found};
    a->count++;
    return true;
}

struct slice article_get(const struct article *a, enum field field)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->values[i].field == field)
            return a->values[i].text;
    return (struct slice){"", 0};
}

/* Place of the next C1 control, U+0080 to U+009F, in UTF-8; the length if there
 * is none. */
static size_t find_c1(struct slice text, size_t from)
{
    while (from < text.len) {
        const char *at = memchr(text.data + from, 0xC2, text.len - from);
        if (!at || (size_t)(at - text.data) + 1 >= text.len)
            break;
        from = (size_t)(at - text.data);
        if ((unsigned char)at[1] < 0xA0)
            return from;
        from += 2;
    }
    return text.len;
}

/* Copies text in which C1 controls are what they are in Windows-1252: numeric
 * references such as &#146; mean that to every browser. */
static bool copy_without_c1(struct article *a, struct slice *where,
                            struct slice text)
{
    struct buf out = BUF_INIT;
    for (size_t at = 0; at < text.len;) {
        const size_t c1 = find_c1(text, at);
        buf_append(&out, text.data + at, c1 - at);
        if (c1 < text.len)
            charset_append_1252((unsigned char)text.data[c1 + 1], &out);
        at = c1 + 2;
    }
    char *copy = out.failed ? NULL : arena_copy(&a->arena, out.data, out.len);
    *where = (struct slice){copy, out.len};
    buf_release(&out);
    return copy != NULL;
}

bool article_text(struct article *a, struct slice *where, struct slice text)
{
    if (find_c1(text, 0) < text.len)
        return copy_without_c1(a, where, text);
    char *copy = arena_copy(&a->arena, text.data, text.len);
    if (!copy)
        return false;
    *where = (struct slice){copy, text.len};
    return true;
}

static void hash_number(struct hasher *h, uint64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    hash_more(h, bytes, 8);
}

static void hash_varint(struct hasher *h, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    hash_more(h, bytes, n);
}

uint64_t article_hash(const struct article *a)
{
    struct hasher h;
    hash_start(&h);
    hash_number(&h, hash64(a->title.data, a->title.len));
    hash_number(&h, hash64(a->body.data, a->body.len));
    hash_varint(&h, (uint64_t)a->date.precision);
    hash_number(&h, (uint64_t)a->date.seconds);
    for (size_t i = 0; i < a->count; i++) {
        hash_varint(&h, (uint64_t)a->values[i].field);
        hash_varint(&h, a->values[i].text.len);
        hash_more(&h, a->values[i].text.data, a->values[i].text.len);
    }
    return hash_end(&h);
}

uint64_t article_hash_untagged(uint64_t hash)
{
    return hash ^ UINT64_C(0x756E746167676564); /* any constant would do */
}
