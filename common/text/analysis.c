/* Owns the definition of words, folding and sentence starts.
 * Promises the same words for the same text, everywhere. */
#include "common/text/analysis.h"

#include <string.h>

#include "common/base/utf8.h"
#include "common/text/letters.h"
#include "common/text/symbol_names.h"

/* ASCII by class; everything from 0x80 on goes through Unicode's tables. */
enum { A_SEPARATOR, A_LOWER, A_UPPER, A_DIGIT, A_HIGH };

static int ascii_class(unsigned char c)
{
    if (c >= 0x80)
        return A_HIGH;
    if (c >= 'a' && c <= 'z')
        return A_LOWER;
    if (c >= 'A' && c <= 'Z')
        return A_UPPER;
    return c >= '0' && c <= '9' ? A_DIGIT : A_SEPARATOR;
}

void word_scanner_init(struct word_scanner *s, struct slice text)
{
    memset(s, 0, sizeof *s);
    s->text = text;
    s->block = text.len + 64; /* nowhere near any position */
}

void word_scanner_release(struct word_scanner *s)
{
    buf_release(&s->scratch);
}

/* ---- Sentence and paragraph starts. */

/* Words that are followed by a full stop inside a sentence. */
static const char *const abbreviations[] = {
    "mr",  "mrs",  "ms",   "dr",  "prof", "rev",  "gen",  "col",  "lt",
    "sgt", "capt", "cmdr", "adm", "maj",  "sen",  "rep",  "gov",  "pres",
    "hon", "st",   "mt",   "ft",  "vs",   "no",   "sens", "reps", "gens",
    "jan", "feb",  "mar",  "apr", "aug",  "sept", "oct",  "nov",  "dec"};

static bool is_abbreviation(struct slice word)
{
    if (word.len == 1) /* an initial */
        return ascii_class((unsigned char)word.data[0]) != A_DIGIT;
    if (word.len > 4)
        return false;
    char lower[5] = {0};
    for (size_t i = 0; i < word.len; i++)
        lower[i] = (char)(word.data[i] | 0x20);
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++)
        if (strcmp(lower, abbreviations[i]) == 0)
            return true;
    return false;
}

/* A blank line, or a line that begins with two blanks or a tab. */
static bool breaks_paragraph(struct slice gap)
{
    for (size_t i = 0; i < gap.len; i++) {
        if (gap.data[i] != '\n')
            continue;
        size_t blanks = 0;
        for (i++; i < gap.len && (gap.data[i] == ' ' || gap.data[i] == '\t' ||
                                  gap.data[i] == '\r');
             i++)
            blanks += gap.data[i] == '\t' ? 2 : gap.data[i] == ' ';
        if (blanks >= 2 || (i < gap.len && gap.data[i] == '\n'))
            return true;
        i--;
    }
    return false;
}

/* True if the text at `at` begins with a digit, of full width too. */
static bool digit_at(const struct word_scanner *s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s->text.data + at;
    if (s->text.len - at >= 3 && p[0] == 0xEF && p[1] == 0xBC)
        return p[2] >= 0x90 && p[2] <= 0x99;
    return ascii_class(p[0]) == A_DIGIT;
}

/* True if the mark beyond ASCII at gap[i] ends a sentence before `start`. */
static bool stops_at(const struct word_scanner *s, struct slice gap, size_t i,
                     size_t start)
{
    const uint32_t full_stop = 0xFF0E; /* of full width; 3.5 has it too */
    uint32_t code;
    return utf8_decode(gap.data + i, gap.len - i, &code) > 0 &&
           (code == full_stop ? !digit_at(s, start)
                              : letter_ends_sentence(code));
}

/* True where the gap after the last word ends a sentence and the next word, at
 * `start`, can begin one. */
static bool breaks_sentence(const struct word_scanner *s, struct slice gap,
                            size_t start)
{
    bool stop = false, blank = false;
    if (ascii_class((unsigned char)s->text.data[start]) == A_LOWER)
        return false;
    for (size_t i = 0; i < gap.len; i++) {
        unsigned char c = (unsigned char)gap.data[i];
        if (c == '!' || c == '?')
            stop = true;
        else if (c == ' ' || (c >= '\t' && c <= '\r'))
            blank = true;
        else if (c == '.' && !stop)
            stop = i > 0 || !is_abbreviation(
                                (struct slice){s->text.data + s->last_start,
                                               s->last_end - s->last_start});
        else if (c >= 0xC0 && stops_at(s, gap, i, start))
            return true;
    }
    return stop && blank;
}

/* True if the gap is a hyphen at the end of a line and the next word, at
 * `start`, begins with a letter that is no capital: the two may be one word. A
 * soft hyphen belongs to the word before the gap. */
static bool is_divided(const struct word_scanner *s, struct slice gap,
                       size_t start)
{
    size_t i = 0;
    uint32_t code;
    if (gap.len && gap.data[0] == '-')
        i = 1;
    else if (gap.len >= 3 && memcmp(gap.data, "\xE2\x80\x90", 3) == 0)
        i = 3;
    else if (s->last_end < 2 ||
             memcmp(s->text.data + s->last_end - 2, "\xC2\xAD", 2) != 0)
        return false;
    while (i < gap.len && (gap.data[i] == ' ' || gap.data[i] == '\r'))
        i++;
    if (i == gap.len || gap.data[i] != '\n')
        return false;
    for (i++; i < gap.len; i++)
        if (gap.data[i] != ' ' && gap.data[i] != '\t')
            return false;
    return s->last_letter && !digit_at(s, start) &&
           utf8_decode(s->text.data + start, s->text.len - start, &code) > 0 &&
           !letter_is_capital(code);
}

static bool is_apostrophe(struct slice gap)
{
    return (gap.len == 1 && gap.data[0] == '\'') ||
           (gap.len == 3 && memcmp(gap.data, "\xE2\x80\x99", 3) == 0) ||
           (gap.len == 2 && memcmp(gap.data, "\xCA\xBC", 2) == 0);
}

static unsigned gap_flags(const struct word_scanner *s, size_t start)
{
    if (!s->any)
        return WORD_SENTENCE | WORD_PARAGRAPH;
    struct slice gap = {s->text.data + s->last_end, start - s->last_end};
    if (gap.len == 1 && gap.data[0] == ' ')
        return 0;
    if (memchr(gap.data, '\n', gap.len)) {
        if (is_divided(s, gap, start))
            return WORD_DIVIDED;
        if (breaks_paragraph(gap))
            return WORD_SENTENCE | WORD_PARAGRAPH;
    }
    return breaks_sentence(s, gap, start) ? WORD_SENTENCE : 0;
}

/* ---- Words. */

static enum char_class classify(uint32_t code,
                                uint32_t folded[LETTER_FOLDED_MAX], size_t *n)
{
    if (code >= 0x80)
        return letter_classify(code, folded, n);
    const int class = ascii_class((unsigned char)code);
    *n = class != A_SEPARATOR;
    folded[0] = class == A_UPPER ? code | 0x20 : code;
    return class == A_SEPARATOR ? CHAR_SEPARATOR
           : class == A_DIGIT   ? CHAR_NUMBER
                                : CHAR_LETTER;
}

static void append_folded(struct buf *out, const uint32_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char bytes[4];
        buf_append(out, bytes, utf8_encode(codes[i], bytes));
    }
}

/* Reads a word with at least one non-ASCII byte from `start`; the general
 * path. Returns its end; *letter tells whether it ends in a letter. Signs and
 * marks after a CJK character belong to it. */
static size_t scan_unicode(struct word_scanner *s, size_t start, bool *letter,
                           bool *cjk)
{
    const char *text = s->text.data;
    size_t pos = start;
    buf_reset(&s->scratch);
    while (pos < s->text.len) {
        uint32_t code, folded[LETTER_FOLDED_MAX];
        size_t n, used = utf8_decode(text + pos, s->text.len - pos, &code);
        if (used == 0)
            break;
        const enum char_class class = classify(code, folded, &n);
        const bool joins = class == CHAR_MARK || class == CHAR_EXTEND;
        if (class == CHAR_SEPARATOR ||
            (pos > start && !joins && (*cjk || class == CHAR_CJK)))
            break;
        *cjk = *cjk || class == CHAR_CJK;
        if (class == CHAR_MARK)
            letter_compose(&s->scratch, code);
        else
            *letter = class != CHAR_NUMBER;
        append_folded(&s->scratch, folded, n);
        pos += used;
    }
    return pos;
}

/* Makes the masks those of the 64 bytes from `pos` on. */
static void load_block(struct word_scanner *s, size_t pos)
{
    const char *from = s->text.data + pos;
    unsigned char rest[64] = {0};
    s->block = pos;
    if (s->text.len - pos >= sizeof rest) {
        byte_masks((const unsigned char *)from, &s->masks);
        return;
    }
    memcpy(rest, from, s->text.len - pos);
    byte_masks(rest, &s->masks);
}

/* Dashes, quotation marks and spaces of Unicode, three bytes in UTF-8: by far
 * the most common bytes beyond ASCII, and no part of a word. The joiners and
 * the marks of direction among them are. */
static bool is_general_punctuation(const struct word_scanner *s, size_t pos)
{
    const unsigned char *p = (const unsigned char *)s->text.data + pos;
    return s->text.len - pos >= 3 && p[0] == 0xE2 && p[1] == 0x80 &&
           p[2] >= 0x80 && p[2] <= 0xBF && !(p[2] >= 0x8C && p[2] <= 0x8F) &&
           !(p[2] >= 0xAA && p[2] <= 0xAE);
}

/* Bytes of the separator or lone mark beyond ASCII at pos; 0: a word starts. */
static size_t high_separator(const struct word_scanner *s, size_t pos)
{
    uint32_t code, folded[LETTER_FOLDED_MAX];
    size_t n;
    if (is_general_punctuation(s, pos))
        return 3;
    size_t used = utf8_decode(s->text.data + pos, s->text.len - pos, &code);
    if (used == 0)
        return 1;
    enum char_class class = classify(code, folded, &n);
    return class == CHAR_LETTER || class == CHAR_NUMBER || class == CHAR_CJK
               ? 0
               : used;
}

/* Start of the next word at or after pos, or the text's end. */
static size_t skip_separators(struct word_scanner *s)
{
    size_t pos = s->pos;
    while (pos < s->text.len) {
        if (pos - s->block >= 64) /* before it as well */
            load_block(s, pos);
        uint64_t left = (s->masks.word | s->masks.high) >> (pos - s->block);
        if (left == 0) {
            pos = s->block + 64;
            continue;
        }
        pos += bit_first(left);
        if (!(s->masks.high >> (pos - s->block) & 1))
            return pos;
        size_t used = high_separator(s, pos);
        if (used == 0)
            return pos;
        pos += used;
    }
    return s->text.len;
}

/* A run of ASCII letters and digits, looked at byte by byte. */
static size_t long_run(const struct word_scanner *s, size_t start,
                       enum word_spelling *spelling)
{
    const unsigned char *p = (const unsigned char *)s->text.data;
    size_t end = start, upper = 0, digits = 0;
    for (; end < s->text.len; end++) {
        int class = ascii_class(p[end]);
        if (class == A_SEPARATOR || class == A_HIGH)
            break;
        upper += class == A_UPPER;
        digits += class == A_DIGIT;
    }
    *spelling = upper == 0 ? SPELLING_LOWER
                : upper == 1 && ascii_class(p[start]) == A_UPPER
                    ? SPELLING_FIRST
                : upper + digits == end - start ? SPELLING_UPPER
                                                : SPELLING_OTHER;
    return end - start;
}

/* The spelling of a run of letters and digits: bits of its first bytes. */
static inline enum word_spelling spelling_of(uint64_t upper, uint64_t digits,
                                             uint64_t run)
{
    return upper == 0                ? SPELLING_LOWER
           : upper == 1              ? SPELLING_FIRST
           : (upper | digits) == run ? SPELLING_UPPER
                                     : SPELLING_OTHER;
}

/* Length and spelling of the run of ASCII letters and digits at `start`, where
 * the masks reach. They are moved there if the run crosses their end. */
static size_t ascii_run(struct word_scanner *s, size_t start,
                        enum word_spelling *spelling)
{
    for (int moved = 0; moved < 2; moved++) {
        size_t shift = start - s->block;
        uint64_t outside = ~s->masks.word >> shift;
        if (outside == 0) {
            load_block(s, start);
            continue;
        }
        unsigned len = bit_first(outside);
        uint64_t run = (UINT64_C(1) << len) - 1;
        uint64_t upper = s->masks.upper >> shift & run;
        uint64_t digits = s->masks.digit >> shift & run;
        *spelling = spelling_of(upper, digits, run);
        return len;
    }
    return long_run(s, start, spelling);
}

/* Eight ASCII bytes with capitals made small. */
static inline uint64_t lower_eight(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    /* Bit 7 of each byte: at least 'A', and above 'Z'. No byte is over 0x7F, so
     * that no sum carries. */
    const uint64_t from_a = v + ones * (0x80 - 'A');
    const uint64_t over_z = v + ones * (0x7F - 'Z');
    return v | (from_a & ~over_z & ones * 0x80) >> 2;
}

/* Makes the capitals of `len` bytes small; `to` has room for seven more. */
static void lower_ascii(const char *from, size_t len, char *to)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t v = 0;
        memcpy(&v, from + i, len - i < 8 ? len - i : 8);
        v = lower_eight(v);
        memcpy(to + i, &v, 8);
    }
}

/* The ASCII part of a word from `start`; fills folded and spelling. Returns
 * its end; text[end] is a separator, a high byte or the text's end. */
static size_t scan_ascii(struct word_scanner *s, size_t start,
                         struct word *word)
{
    const char *text = s->text.data + start;
    size_t len = ascii_run(s, start, &word->spelling);
    word->folded = (struct slice){text, len};
    if (word->spelling != SPELLING_LOWER) {
        buf_reset(&s->scratch);
        if (!buf_reserve(&s->scratch, len + 16))
            return start + len;
        lower_ascii(text, len, s->scratch.data);
        word->folded.data = s->scratch.data;
    }
    return start + len;
}

/* Reads the word at `start`; returns its end. *letter tells whether it ends in
 * a letter. */
static size_t scan_word(struct word_scanner *s, size_t start, struct word *word,
                        bool *letter, bool *cjk)
{
    size_t ascii_end = scan_ascii(s, start, word), end = ascii_end;
    *letter = false;
    if (end < s->text.len && (unsigned char)s->text.data[end] >= 0x80 &&
        !is_general_punctuation(s, end)) {
        end = scan_unicode(s, start, letter, cjk);
        if (end > ascii_end) {
            word->folded = (struct slice){s->scratch.data, s->scratch.len};
            bool same =
                s->scratch.len == end - start &&
                memcmp(s->scratch.data, s->text.data + start, end - start) == 0;
            word->spelling = same ? SPELLING_LOWER : SPELLING_OTHER;
            return end;
        } /* else the high byte separates */
        end = scan_ascii(s, start, word);
    }
    char last = end > start ? s->text.data[end - 1] : '0';
    *letter = last > '9';
    return end;
}

/* Makes the word [*start, *end) the name with symbols that it is the letters
 * of, if it is: C++, .NET. */
static void take_symbols(struct word_scanner *s, size_t *start, size_t *end,
                         struct word *word, bool *letter)
{
    size_t from = *start, to = *end;
    if (!symbol_name(s->text, s->any ? s->last_end : 0, &from, &to))
        return;
    const char *text = s->text.data + from;
    *start = from;
    *end = to;
    *letter = true;
    buf_reset(&s->scratch);
    for (size_t i = 0; i < to - from; i++)
        buf_append_byte(&s->scratch,
                        (uint8_t)(ascii_class((unsigned char)text[i]) == A_UPPER
                                      ? text[i] | 0x20
                                      : text[i]));
    word->folded = (struct slice){s->scratch.data, s->scratch.len};
    word->spelling =
        !s->scratch.failed && memcmp(text, s->scratch.data, to - from) == 0
            ? SPELLING_LOWER
            : SPELLING_OTHER;
}

/* Whether the word at `start` is the s of a possessive, given that it is an s.
 */
static bool is_possessive(const struct word_scanner *s, size_t start)
{
    return s->any && s->last_letter &&
           is_apostrophe(
               (struct slice){s->text.data + s->last_end, start - s->last_end});
}

bool word_next(struct word_scanner *s, struct word *word)
{
    size_t start = skip_separators(s);
    if (start >= s->text.len) {
        s->pos = start;
        return false;
    }
    bool letter, cjk = false;
    size_t end = scan_word(s, start, word, &letter, &cjk);
    if (symbol_near(s->text, start, end))
        take_symbols(s, &start, &end, word, &letter);
    if (s->scratch.failed)
        return false;
    word->start = start;
    word->end = end;
    word->flags = gap_flags(s, start) | (cjk ? WORD_CJK : 0u);
    if (word->folded.len <= ANALYSIS_PAIR_MAX)
        word->flags |= WORD_SHORT;
    if (end - start == 1 && word->folded.data[0] == 's' &&
        is_possessive(s, start))
        word->flags |= WORD_POSSESSIVE;
    s->any = true;
    s->last_start = start;
    s->last_end = s->pos = end;
    s->last_letter = letter;
    return true;
}

/* ---- Plain words: the same without a call or a copy for each. */

/* A mask of the first `n` bytes, 1 to 8, of eight that were loaded. */
static inline uint64_t first_bytes(unsigned n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return ~UINT64_C(0) >> (64 - 8 * n);
#else
    return ~UINT64_C(0) << (64 - 8 * n);
#endif
}

/* The word of `len` bytes from `start` on, and its spelling by the masks. */
static inline void take_plain(const struct word_scanner *s, size_t start,
                              unsigned len, struct plain_word *w)
{
    const char *text = s->text.data + start;
    const size_t shift = start - s->block;
    const uint64_t run = (UINT64_C(1) << len) - 1;
    uint64_t head, tail;
    memcpy(&head, text, 8);
    memcpy(&tail, text + 8, 8);
    w->head = lower_eight(head & first_bytes(len < 8 ? len : 8));
    w->tail = len > 8 ? lower_eight(tail & first_bytes(len - 8)) : 0;
    w->start = (uint32_t)start;
    w->end = (uint32_t)(start + len);
    w->spelling = (uint8_t)spelling_of(s->masks.upper >> shift & run,
                                       s->masks.digit >> shift & run, run);
}

static inline unsigned plain_flags(const struct word_scanner *s, size_t start,
                                   unsigned len, uint64_t head)
{
    unsigned flags = len <= ANALYSIS_PAIR_MAX ? WORD_SHORT : 0u;
    const char *gap = s->text.data + s->last_end;
    const size_t wide = start - s->last_end;
    if (s->any && ((wide == 1 && gap[0] == ' ') ||
                   (wide == 2 && gap[0] == ',' && gap[1] == ' ')))
        return flags;
    flags |= gap_flags(s, start);
    if (len == 1 && memcmp(&head, "s", 1) == 0 && is_possessive(s, start))
        flags |= WORD_POSSESSIVE;
    return flags;
}

size_t words_plain(struct word_scanner *s, struct plain_word *words, size_t max)
{
    size_t n = 0, pos = s->pos;
    if (s->text.len < PLAIN_WORD_MAX)
        return 0;
    const size_t limit = s->text.len - PLAIN_WORD_MAX; /* last start to take */
    while (n < max && pos <= limit) {
        if (pos - s->block >= 64) /* before it as well */
            load_block(s, pos);
        uint64_t left = (s->masks.word | s->masks.high) >> (pos - s->block);
        if (left == 0) {
            pos = s->block + 64;
            continue;
        }
        const size_t start = pos + bit_first(left);
        if (start > limit)
            break;
        /* The word and the byte behind it are within the masks. */
        if (start - s->block > 63 - PLAIN_WORD_MAX)
            load_block(s, start);
        const size_t shift = start - s->block;
        const uint64_t outside = ~(s->masks.word >> shift);
        const unsigned len = bit_first(outside | UINT64_C(1) << 63);
        if (len == 0 || len > PLAIN_WORD_MAX ||
            (s->masks.high >> shift >> len & 1) ||
            symbol_near(s->text, start, start + len))
            break; /* begins or ends beyond ASCII, is long, or may be a name
                      with symbols */
        struct plain_word *w = &words[n++];
        take_plain(s, start, len, w);
        w->flags = (uint8_t)plain_flags(s, start, len, w->head);
        s->any = true;
        s->last_start = start;
        s->last_end = s->pos = pos = start + len;
        s->last_letter = s->text.data[pos - 1] > '9';
    }
    return n;
}
