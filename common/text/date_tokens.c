/* Owns the tokens of written dates, and the clock among them.
 * Promises that no number of a clock is left over to become a year. */
#include "common/text/date_tokens.h"

#include <string.h>
#include <strings.h>

/* ---- Tokens. */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Bytes of a character beyond ASCII that parts words, or 0: no-break spaces,
 * the ideographic space, dashes, directional marks. */
static size_t wide_separator(const char *s, size_t len, bool *dash)
{
    static const struct {
        const char *bytes;
        bool dash;
    } separators[] = {{"\xC2\xA0", false},     {"\xE2\x80\xAF", false},
                      {"\xE3\x80\x80", false}, {"\xE2\x80\x93", true},
                      {"\xE2\x80\x94", true},  {"\xE2\x80\x90", true},
                      {"\xE2\x80\x91", true},  {"\xE2\x88\x92", true},
                      {"\xE2\x80\x8E", false}, {"\xE2\x80\x8F", false},
                      {"\xEF\xBC\x8C", false}, {"\xC2\xB7", false}};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        const size_t n = strlen(separators[i].bytes);
        if (n <= len && memcmp(s, separators[i].bytes, n) == 0) {
            *dash = separators[i].dash;
            return n;
        }
    }
    return 0;
}

/* True for the first byte of a Chinese, Japanese or Korean character of three
 * bytes: each is a word of its own in a date. */
static bool is_cjk(const char *s, size_t len)
{
    const unsigned char c = (unsigned char)*s;
    return len >= 3 && c >= 0xE3 && c <= 0xED;
}

static void take_number(struct date_token *t, struct slice s, size_t at)
{
    t->kind = DATE_TOKEN_NUMBER;
    t->value = 0;
    t->len = 0;
    while (at + t->len < s.len && is_digit(s.data[at + t->len])) {
        if (t->len < DIGITS_MAX)
            t->value = t->value * 10 + (s.data[at + t->len] - '0');
        t->len++;
    }
}

static void take_word(struct date_token *t, struct slice s, size_t at)
{
    bool dash;
    size_t end = at;
    t->kind = DATE_TOKEN_WORD;
    if (is_cjk(s.data + at, s.len - at)) {
        end += 3;
    } else {
        while (end < s.len &&
               (is_alpha(s.data[end]) ||
                ((unsigned char)s.data[end] >= 0x80 &&
                 !is_cjk(s.data + end, s.len - end) &&
                 !wide_separator(s.data + end, s.len - end, &dash))))
            end++;
    }
    t->len = end - at;
    t->word = date_word_find((struct slice){s.data + at, t->len});
}

/* Cuts a text into tokens. False if there are too many. */
bool date_tokenise(struct date_reading *r, struct slice s)
{
    bool spaced = false, dash = false;
    for (size_t i = 0; i < s.len;) {
        const unsigned char c = (unsigned char)s.data[i];
        const size_t wide = wide_separator(s.data + i, s.len - i, &dash);
        if (c <= ' ' || c == ',' || c == '\'' || c == '|' || c == ';' ||
            (wide && !dash)) {
            spaced = true;
            i += wide ? wide : 1;
            continue;
        }
        if (r->count == DATE_TOKENS_MAX)
            return false;
        struct date_token *t = &r->tokens[r->count++];
        *t = (struct date_token){.kind = DATE_TOKEN_PUNCT,
                                 .text = wide ? "-" : s.data + i,
                                 .len = wide ? wide : 1,
                                 .spaced = spaced};
        spaced = false;
        if (!wide && is_digit(s.data[i]))
            take_number(t, s, i);
        else if (!wide && (is_alpha(s.data[i]) || c >= 0x80))
            take_word(t, s, i);
        i += t->len;
    }
    return true;
}

const struct date_token *date_at(const struct date_reading *r, size_t i)
{
    static const struct date_token none = {.kind = DATE_TOKEN_USED};
    return i < r->count ? &r->tokens[i] : &none;
}

bool date_is_punct(const struct date_reading *r, size_t i, char c)
{
    return date_at(r, i)->kind == DATE_TOKEN_PUNCT &&
           date_at(r, i)->text[0] == c;
}

bool date_is_number(const struct date_reading *r, size_t i, size_t most)
{
    return date_at(r, i)->kind == DATE_TOKEN_NUMBER &&
           date_at(r, i)->len <= most;
}

bool date_is_word(const struct date_reading *r, size_t i)
{
    return date_at(r, i)->kind == DATE_TOKEN_WORD;
}

bool date_word_is(const struct date_reading *r, size_t i, const char *text)
{
    return date_is_word(r, i) && date_at(r, i)->len == strlen(text) &&
           strncasecmp(date_at(r, i)->text, text, date_at(r, i)->len) == 0;
}

void date_use(struct date_reading *r, size_t first, size_t end)
{
    for (size_t i = first; i < end && i < r->count; i++)
        r->tokens[i].kind = DATE_TOKEN_USED;
}

/* ---- The clock. */

/* Takes am, pm, a.m. or p.m. at `i`. Returns its end, or `i`; *half is 12 for
 * the afternoon, 0 for the morning, -1 without. */
static size_t take_half(const struct date_reading *r, size_t i, int *half)
{
    *half = -1;
    if (!date_is_word(r, i))
        return i;
    const char c = (char)(date_at(r, i)->text[0] | 0x20);
    const bool dotted = date_at(r, i)->len == 1 && (c == 'a' || c == 'p') &&
                        date_is_punct(r, i + 1, '.') &&
                        date_word_is(r, i + 2, "m");
    if (!dotted && !date_at(r, i)->word.half)
        return i;
    *half = c == 'p' ? 12 : 0;
    i += dotted ? 3 : 1;
    return date_is_punct(r, i, '.') ? i + 1 : i;
}

/* Sets the clock; false if there is no such time. Half a day is added as *half
 * of take_half says. */
bool date_set_clock(struct date_reading *r, int64_t hour, int64_t minute,
                    int64_t second, int half)
{
    if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute) ||
        (half >= 0 && (hour < 1 || hour > 12)))
        return false;
    if (half >= 0)
        hour = hour % 12 + half;
    r->has_clock = true;
    r->clock = hour * 3600 + minute * 60 + (second > 59 ? 59 : second);
    return true;
}

/* H:MM[:SS[.fff]] [am|pm]: returns its end, or `i`. */
static size_t take_colons(struct date_reading *r, size_t i)
{
    int half;
    if (!date_is_number(r, i, 2) || !date_is_punct(r, i + 1, ':') ||
        !date_is_number(r, i + 2, 2) || date_at(r, i + 2)->len != 2)
        return i;
    const int64_t hour = date_at(r, i)->value,
                  minute = date_at(r, i + 2)->value;
    int64_t second = 0;
    size_t end = i + 3;
    bool precise = false;
    if (date_is_punct(r, end, ':') && date_is_number(r, end + 1, 2)) {
        second = date_at(r, end + 1)->value;
        precise = true;
        end += 2;
        if (date_is_punct(r, end, '.') && date_is_number(r, end + 1, 9))
            end += 2;
        else if (date_is_number(r, end, 9) && date_at(r, end)->text[-1] == ',')
            end++; /* a fraction behind a comma, as ISO 8601 prefers */
    }
    end = take_half(r, end, &half);
    if (date_at(r, end)->word.hour && date_is_word(r, end))
        end++;
    if (!date_set_clock(r, hour, minute, second, half))
        return i;
    r->precise = precise;
    return end;
}

/* H am, HhMM, H Uhr, H.MM Uhr: returns its end, or `i`. */
static size_t take_hour(struct date_reading *r, size_t i)
{
    int half;
    if (!date_is_number(r, i, 2))
        return i;
    const int64_t hour = date_at(r, i)->value;
    size_t end = take_half(r, i + 1, &half);
    if (half >= 0)
        return date_set_clock(r, hour, 0, 0, half) ? end : i;
    if (date_is_punct(r, i + 1, '.') && date_is_number(r, i + 2, 2) &&
        date_at(r, i + 2)->len == 2) {
        end = take_half(r, i + 3, &half);
        const bool hours =
            date_is_word(r, i + 3) && date_at(r, i + 3)->word.hour;
        if (half < 0 && !hours)
            return i;
        return date_set_clock(r, hour, date_at(r, i + 2)->value, 0, half)
                   ? end + hours
                   : i;
    }
    if (!date_is_word(r, i + 1) || !date_at(r, i + 1)->word.hour)
        return i;
    const bool minutes =
        date_is_number(r, i + 2, 2) && date_at(r, i + 2)->len == 2 &&
        !date_is_punct(r, i + 3, '.') && !date_is_punct(r, i + 3, '/');
    end = i + (minutes ? 3 : 2);
    if (minutes && date_is_word(r, end) && /* 10時30分 */
        (date_word_is(r, end, "\xE5\x88\x86") ||
         date_word_is(r, end, "\xEB\xB6\x84")))
        end++;
    return date_set_clock(r, hour, minutes ? date_at(r, i + 2)->value : 0, 0,
                          -1)
               ? end
               : i;
}

/* T HHMM[SS] behind a day: returns its end, or `i`. */
static size_t take_compact(struct date_reading *r, size_t i)
{
    if (!date_word_is(r, i, "t") ||
        date_at(r, i + 1)->kind != DATE_TOKEN_NUMBER)
        return i;
    const struct date_token *t = date_at(r, i + 1);
    if (t->len != 4 && t->len != 6)
        return i;
    const int64_t v = t->len == 6 ? t->value : t->value * 100;
    if (!date_set_clock(r, v / 10000, v / 100 % 100, v % 100, -1))
        return i;
    r->precise = t->len == 6;
    i += 2;
    if (date_is_punct(r, i, '.') && date_is_number(r, i + 1, 9))
        i += 2;
    return i;
}

/* +HHMM, +HH:MM, +HH, +H: returns its end, or `i`. */
static size_t take_offset(struct date_reading *r, size_t i)
{
    const bool minus = date_is_punct(r, i, '-');
    if ((!minus && !date_is_punct(r, i, '+')) || !date_is_number(r, i + 1, 4))
        return i;
    const struct date_token *t = date_at(r, i + 1);
    int64_t minutes =
        t->len > 2 ? t->value / 100 * 60 + t->value % 100 : t->value * 60;
    size_t end = i + 2;
    if (t->len <= 2 && date_is_punct(r, end, ':') &&
        date_is_number(r, end + 1, 2)) {
        minutes += date_at(r, end + 1)->value;
        end += 2;
    }
    if (minutes > 15 * 60)
        return i;
    r->has_zone = true;
    r->zone_summer = false;
    r->zone = (int)(minus ? -minutes : minutes);
    return end;
}

/* True for a word of two to five capitals, as names of zones are. */
static bool looks_like_zone(const struct date_token *t)
{
    bool capitals = t->kind == DATE_TOKEN_WORD && t->len >= 2 && t->len <= 5;
    for (size_t i = 0; capitals && i < t->len; i++)
        capitals = t->text[i] >= 'A' && t->text[i] <= 'Z';
    return capitals;
}

/* Takes the zone behind a clock, also one in parentheses behind an offset. */
size_t date_take_zone(struct date_reading *r, size_t i)
{
    const bool open = date_is_punct(r, i, '(');
    const size_t name = i + open;
    if (date_is_word(r, name) && date_at(r, name)->word.zone) {
        r->has_zone = true;
        r->zone = date_at(r, name)->word.zone_minutes;
        r->zone_summer = date_at(r, name)->word.zone_summer;
        i = name + 1;
        if (open && date_is_punct(r, i, ')'))
            i++;
        else if (!open)
            i = take_offset(r, i);
    } else if (looks_like_zone(date_at(r, name)) &&
               !date_at(r, name)->word.months &&
               !date_at(r, name)->word.weekdays) {
        r->bad_zone = true;
        return name + 1 + (open && date_is_punct(r, name + 1, ')'));
    } else {
        i = take_offset(r, i);
    }
    if (date_is_punct(r, i, '(') &&
        date_is_word(r, i + 1)) { /* a comment: (CEST) */
        while (i < r->count && !date_is_punct(r, i, ')'))
            i++;
        i += i < r->count;
    }
    return i;
}

/* Takes the first clock out of the tokens, with its zone. */
void date_take_clock(struct date_reading *r)
{
    for (size_t i = 0; i < r->count; i++) {
        size_t start = i, end = i;
        /* 2024:05:17 is a day; so is the 05:17 of it. */
        if (i > 1 && date_is_punct(r, i - 1, ':') && !date_at(r, i)->spaced &&
            !(date_is_punct(r, i + 1, ':') && date_is_punct(r, i + 3, ':')))
            continue;
        if (date_word_is(r, i, "t") && date_is_number(r, i + 1, 2))
            end = take_colons(r, i + 1) > i + 1 ? take_colons(r, i + 1) : i;
        else
            end = take_colons(r, i);
        if (end == i)
            end = take_hour(r, i);
        if (end == i && i > 0)
            end = take_compact(r, i);
        if (end == start)
            continue;
        date_use(r, start, date_take_zone(r, end));
        return;
    }
}
