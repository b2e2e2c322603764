/* Owns the cutting of texts into tokens and sentences for entities.
 * Promises linear time and the same tokens for the same bytes. */
#include "entities/tokens.h"

#include <string.h>

#include <utf8proc.h>

#include "common/base/utf8.h"

enum char_kind { KIND_SPACE, KIND_LOWER, KIND_UPPER, KIND_DIGIT, KIND_SIGN };

/* A character: its kind, its bytes, and an ASCII sign that it stands for. */
struct character {
    enum char_kind kind;
    uint8_t bytes;
    char sign;
};

static struct character high_character(const struct token_scanner *s, size_t at)
{
    uint32_t code;
    const size_t n = utf8_decode(s->text.data + at, s->text.len - at, &code);
    if (n == 0)
        return (struct character){KIND_SPACE, 1, 0};
    const uint8_t bytes = (uint8_t)n;
    if (code == 0x2019 || code == 0x2018 || code == 0x02BC)
        return (struct character){KIND_SIGN, bytes, '\''};
    if (code == 0x201C || code == 0x201D)
        return (struct character){KIND_SIGN, bytes, '"'};
    if (code == 0x2010 || code == 0x2011)
        return (struct character){KIND_SIGN, bytes, '-'};
    const utf8proc_category_t c = utf8proc_category((int32_t)code);
    if (c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LT)
        return (struct character){KIND_UPPER, bytes, 0};
    if (c >= UTF8PROC_CATEGORY_LL && c <= UTF8PROC_CATEGORY_ME)
        return (struct character){KIND_LOWER, bytes, 0};
    if (c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO)
        return (struct character){KIND_DIGIT, bytes, 0};
    if (c >= UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_CN)
        return (struct character){KIND_SPACE, bytes, 0};
    return (struct character){KIND_SIGN, bytes, 0};
}

static inline enum char_kind ascii_kind(unsigned char c)
{
    if (c >= 'a' && c <= 'z')
        return KIND_LOWER;
    if (c >= 'A' && c <= 'Z')
        return KIND_UPPER;
    if (c >= '0' && c <= '9')
        return KIND_DIGIT;
    return c <= ' ' || c == 0x7f ? KIND_SPACE : KIND_SIGN;
}

static inline struct character character_at(const struct token_scanner *s,
                                            size_t at)
{
    if (at >= s->text.len)
        return (struct character){KIND_SPACE, 0, 0};
    const unsigned char c = (unsigned char)s->text.data[at];
    if (c >= 0x80)
        return high_character(s, at);
    return (struct character){ascii_kind(c), 1, (char)c};
}

static bool is_letter(enum char_kind k)
{
    return k == KIND_LOWER || k == KIND_UPPER;
}

static bool is_alnum(enum char_kind k)
{
    return is_letter(k) || k == KIND_DIGIT;
}

#define COMPOUND_MAX 12

/* Whether a word of at most `max` bytes is in a list of small words that spaces
 * part off and surround. */
static bool listed(const char *list, struct slice word, size_t max)
{
    char text[16] = " ";
    if (word.len == 0 || word.len > max || max + 3 > sizeof text)
        return false;
    for (size_t i = 0; i < word.len; i++)
        text[i + 1] = (char)(word.data[i] | 0x20);
    text[word.len + 1] = ' ';
    return strstr(list, text) != NULL;
}

/* Abbreviations behind which a sentence goes on ... */
static const char titles[] =
    " mr mrs ms dr prof rev gen col lt sgt capt cmdr adm maj sen rep gov pres "
    "hon st mt ft vs no sens reps gens messrs supt det cpl pvt spc msgr amb "
    "asst atty ";
/* ... and those that may end one. */
static const char endings[] = " jr sr inc corp co ltd bros llc cos plc ave "
                              "blvd jan feb mar apr aug sept oct nov dec etc "
                              "dept univ assn ";
/* States and provinces, with a capital; `Conn.` may end a sentence. */
static const char states[] =
    " ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich "
    "minn miss mo mont neb nev okla ore pa penn tenn tex vt va wash wis wyo "
    "alta ont que sask ";
/* Words that begin a sentence behind one of those. */
static const char starters[] =
    " the a an he she it they we i you this that these those in on at for but "
    "and if as when while after his her its their our my there what who how "
    "however by from to with according also meanwhile ";

static struct slice bytes_from(const struct token_scanner *s, size_t from,
                               size_t to)
{
    return (struct slice){s->text.data + from, to - from};
}

/* Length of a possessive or short verb form behind the apostrophe at `at`
 * ('s, 're, 've, 'll, 'd, 'm), apostrophe included; 0 if there is none. */
static size_t clitic(const struct token_scanner *s, size_t at, size_t bytes)
{
    size_t end = at + bytes;
    while (end - at - bytes < 3 && is_letter(character_at(s, end).kind))
        end += character_at(s, end).bytes;
    const struct slice tail = bytes_from(s, at + bytes, end);
    return listed(" s re ve ll d m ", tail, 2) ? end - at : 0;
}

/* Prefixes that belong to a name behind a hyphen. */
static const char particles[] = " al el ul an as ad at es e i d l ";

/* Second parts of compounds that are not names. */
static const char compounds[] =
    " based led born wide style like era elect related linked backed owned "
    "made "
    "run controlled held funded trained sponsored aligned friendly type free "
    "only bound area size sized educated dominated speaking occupied ruled day "
    "month year old going leaning level long brokered ";

/* Whether the word [from, at) goes on behind the hyphen at `at`. `Jean-Claude`,
 * `Jong-un` and `co-operate` do, `Boston-based` and `pro-Russian` do not. */
static bool joins(const struct token_scanner *s, size_t from, size_t at,
                  struct character next)
{
    const bool small = character_at(s, from).kind == KIND_LOWER;
    if (next.kind != KIND_LOWER)
        return !small || listed(particles, bytes_from(s, from, at), 2);
    if (small)
        return true;
    size_t end = at + 1;
    while (end - at <= COMPOUND_MAX && is_letter(character_at(s, end).kind))
        end += character_at(s, end).bytes;
    return !listed(compounds, bytes_from(s, at + 1, end), COMPOUND_MAX);
}

/* A word's dots so far: `U.S` is letters with dots between, `St` is none. */
struct word_shape {
    size_t letters; /* behind the last dot */
    bool dotted;    /* single letters with dots between them only */
};

/* Whether the full stop at `at` belongs to the word [from, at). */
static bool takes_stop(struct token_scanner *s, size_t from, size_t at,
                       const struct word_shape *w)
{
    const struct slice word = bytes_from(s, from, at);
    const struct character next = character_at(s, at + 1);
    if (w->dotted && w->letters == 1) { /* J. or U.S. */
        s->stop = is_alnum(next.kind) || word.len == 1 ? STOP_NONE : STOP_MAYBE;
        return character_at(s, from).kind == KIND_UPPER || word.len > 1 ||
               is_letter(next.kind);
    }
    if (is_alnum(next.kind))
        return next.kind == KIND_LOWER || next.kind == KIND_DIGIT;
    if (listed(titles, word, 6))
        return true;
    if (!listed(endings, word, 6) &&
        (character_at(s, from).kind != KIND_UPPER || !listed(states, word, 5)))
        return false;
    s->stop = STOP_MAYBE;
    return true;
}

/* Whether the sign at `at` goes on the word [from, at). */
static bool continues(struct token_scanner *s, size_t from, size_t at,
                      struct character c, const struct word_shape *w)
{
    const struct character next = character_at(s, at + c.bytes);
    switch (c.sign) {
    case '.':
        return takes_stop(s, from, at, w);
    case '\'':
        return is_letter(next.kind) && clitic(s, at, c.bytes) == 0;
    case '-':
        return is_alnum(next.kind) && joins(s, from, at, next);
    case '&':
        return next.kind == KIND_UPPER &&
               character_at(s, from).kind == KIND_UPPER && w->letters <= 3;
    case ',':
        return next.kind == KIND_DIGIT &&
               character_at(s, at - 1).kind == KIND_DIGIT;
    case '_':
        return true;
    default:
        return false;
    }
}

static inline bool is_ascii_letter(unsigned char c)
{
    return (unsigned)((c | 0x20) - 'a') < 26;
}

/* End of the word that begins at `from`. */
static size_t word_end(struct token_scanner *s, size_t from)
{
    const char *text = s->text.data;
    struct word_shape w = {0, true};
    size_t at = from;
    s->stop = STOP_NONE;
    for (;;) {
        const size_t plain = at;
        while (at < s->text.len && is_ascii_letter((unsigned char)text[at]))
            at++;
        w.letters += at - plain;
        w.dotted = w.dotted && w.letters <= 1;
        const struct character c = character_at(s, at);
        if (is_alnum(c.kind)) {
            w.letters++;
            w.dotted = w.dotted && w.letters == 1 && c.kind != KIND_DIGIT;
        } else if (c.kind == KIND_SIGN && continues(s, from, at, c, &w)) {
            const bool last =
                c.sign == '.' && !is_alnum(character_at(s, at + 1).kind);
            if (last)
                return at + 1;
            w.dotted = w.dotted && c.sign == '.';
            w.letters = 0;
        } else {
            return at;
        }
        at += c.bytes;
    }
}

/* End of an address of the web that begins at `from`, or `from`. */
static size_t address_end(const struct token_scanner *s, size_t from)
{
    const struct slice rest = bytes_from(s, from, s->text.len);
    const bool found = (rest.len > 7 && memcmp(rest.data, "http", 4) == 0 &&
                        (memcmp(rest.data + 4, "://", 3) == 0 ||
                         memcmp(rest.data + 4, "s:/", 3) == 0)) ||
                       (rest.len > 4 && memcmp(rest.data, "www.", 4) == 0);
    size_t at = from;
    while (found && at < s->text.len && character_at(s, at).kind != KIND_SPACE)
        at += character_at(s, at).bytes;
    return at;
}

/* What a sign that stands alone says of the sentence. */
static enum token_stop stop_behind(const struct token_scanner *s,
                                   struct character c, size_t gap)
{
    if (c.sign == '.' || c.sign == '!' || c.sign == '?')
        return STOP_SIGN;
    const bool closes = gap == 0 && (c.sign == '"' || c.sign == '\'' ||
                                     c.sign == ')' || c.sign == ']');
    return closes ? s->stop : STOP_NONE;
}

/* Lines up to this length in bytes, a capital behind them, are headlines or
 * list items, but in a text that is wrapped at narrow columns. */
#define SHORT_LINE 55
/* Longer lines are counted as this long. */
#define LINE_MAX_COUNTED 127
/* A text is wrapped if one in so many of its lines goes on with a small letter:
 * in running English three of four do, lines of lists and headlines do not. */
#define WRAPPED_LINES 3
/* One in so many lines may be longer than the column: a headline, a table. */
#define WIDER_LINES 10

/* Returns the bytes of a line of the text, without the blanks at its end. */
static size_t line_length(struct slice text, size_t from, size_t end)
{
    while (end > from && (unsigned char)text.data[end - 1] <= ' ')
        end--;
    return end - from;
}

/* Returns the width of the text's column in bytes, 0 if the text is not
 * wrapped. Reads each byte once; called once for a text. */
static size_t wrap_width(struct slice text)
{
    size_t lengths[LINE_MAX_COUNTED + 1] = {0}, lines = 0, behind = 0,
                                      small = 0, before = 0;
    for (size_t at = 0; at < text.len;) {
        const char *newline = memchr(text.data + at, '\n', text.len - at);
        const size_t end = newline ? (size_t)(newline - text.data) : text.len;
        const size_t length = line_length(text, at, end);
        if (length) {
            lines++;
            lengths[length < LINE_MAX_COUNTED ? length : LINE_MAX_COUNTED]++;
            behind += before > 0;
            small += before > 0 &&
                     ascii_kind((unsigned char)text.data[at]) == KIND_LOWER;
        }
        before = length;
        at = end + 1;
    }
    if (behind == 0 || small * WRAPPED_LINES < behind)
        return 0;
    size_t width = LINE_MAX_COUNTED, wider = lengths[width];
    while (width > 0 && wider <= lines / WIDER_LINES)
        wider += lengths[--width];
    return width;
}

/* A line and the word behind it fill at least so many tenths of the column
 * where the text goes on: columns are ragged, headlines shorter. */
#define FULL_TENTHS 8

/* Whether the next word would hardly have stood on the line before it, which
 * has `length` bytes, so that the text goes on. */
static bool is_wrapped(struct token_scanner *s, size_t length)
{
    size_t end = s->pos;
    if (s->wrap == WRAP_UNKNOWN)
        s->wrap = wrap_width(s->text);
    while (end < s->text.len && end - s->pos <= s->wrap &&
           (unsigned char)s->text.data[end] > ' ')
        end++;
    return s->wrap > 0 &&
           (length + 1 + (end - s->pos)) * 10 > s->wrap * FULL_TENTHS;
}

/* Skips white space; says whether a paragraph ended in it. */
static bool skip_space(struct token_scanner *s)
{
    const char *text = s->text.data;
    if (s->text.len - s->pos >= 2 && text[s->pos] == ' ' &&
        text[s->pos + 1] > ' ' && text[s->pos + 1] < 0x7f) { /* the most */
        s->pos++;
        return false;
    }
    const size_t start = s->pos, length = start - s->line;
    unsigned lines = 0;
    while (s->pos < s->text.len) {
        const struct character c = character_at(s, s->pos);
        if (c.kind != KIND_SPACE)
            break;
        if (c.sign == '\n') {
            lines++;
            s->line = s->pos + 1;
        }
        s->pos += c.bytes;
    }
    if (lines == 0)
        return false;
    if (lines > 1 || s->pos > s->line)
        return true;
    return length <= SHORT_LINE && character_at(s, s->pos).kind != KIND_LOWER &&
           (s->pos >= s->text.len || !is_wrapped(s, length));
}

static bool begins_sentence(const struct token_scanner *s, enum token_stop stop,
                            size_t from, size_t end)
{
    const enum char_kind first = character_at(s, from).kind;
    switch (stop) {
    case STOP_SURE:
        return true;
    case STOP_SIGN:
        return first != KIND_LOWER;
    case STOP_MAYBE:
        return first == KIND_UPPER &&
               listed(starters, bytes_from(s, from, end), 12);
    default:
        return false;
    }
}

void token_scanner_init(struct token_scanner *s, struct slice text)
{
    *s = (struct token_scanner){text, 0, 0, WRAP_UNKNOWN, STOP_SURE};
}

bool token_next(struct token_scanner *s, struct token *out)
{
    const size_t before = s->pos;
    if (skip_space(s))
        s->stop = STOP_SURE;
    if (s->pos >= s->text.len)
        return false;
    const size_t from = s->pos, gap = from - before;
    const struct character c = character_at(s, from);
    const enum token_stop stop = s->stop;
    size_t end = from + c.bytes;
    bool closes = false;
    if (is_alnum(c.kind)) {
        end = address_end(s, from);
        if (end == from)
            end = word_end(s, from);
        else
            s->stop = STOP_NONE;
    } else {
        const size_t tail = c.sign == '\'' && gap == 0 && before > 0
                                ? clitic(s, from, c.bytes)
                                : 0;
        s->stop = stop_behind(s, c, gap);
        closes = s->stop != STOP_NONE && gap == 0;
        if (tail)
            end = from + tail;
        while (c.sign == '.' || c.sign == '-'
                   ? end < s->text.len && s->text.data[end] == c.sign
                   : false)
            end++; /* an ellipsis or a dash */
    }
    *out = (struct token){(uint32_t)from, (uint32_t)end,
                          !closes && begins_sentence(s, stop, from, end)};
    s->pos = end;
    return true;
}
